import { IntakeModule } from '#libs/intake/intake.module.js';
import { runContext } from '../service.js';

runContext({ name: 'intake', module: IntakeModule, httpPort: 3001, mllp: true });
