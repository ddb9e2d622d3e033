import { BrokerageModule } from '#libs/brokerage/brokerage.module.js';
import { runContext } from '../service.js';

runContext({ name: 'brokerage', module: BrokerageModule, httpPort: 3003 });
