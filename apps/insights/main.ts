import { InsightsModule } from '#libs/insights/insights.module.js';
import { runContext } from '../service.js';

runContext({ name: 'insights', module: InsightsModule, httpPort: 3005 });
