import { DischargeModule } from '#libs/discharge/discharge.module.js';
import { runContext } from '../service.js';

runContext({ name: 'discharge', module: DischargeModule, httpPort: 3002 });
