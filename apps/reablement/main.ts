import { ReablementModule } from '#libs/reablement/reablement.module.js';
import { runContext } from '../service.js';

runContext({ name: 'reablement', module: ReablementModule, httpPort: 3004 });
