/** The text of nginx.conf for these paths by service. */
export declare const nginxConf: (routes: Readonly<Record<string, readonly string[]>>) => string;
