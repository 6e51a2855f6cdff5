// Pages in Chromium: axe-core finds nothing serious, nothing is wider than the window, nothing is requested or run, and
// vnu finds no error (notebook.html has the style of a fragment in its body, which vnu does not take).
// `node check_pages.mjs FOLDER_OF_PAGES FOLDER_OF_NODE_MODULES`.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const [folder, modules] = process.argv.slice(2).map(name => path.resolve(name));
const require = createRequire(path.join(modules, 'node_modules', 'here.js'));
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const WIDTHS = [320, 360, 900, 1600];
const AXE_AT = { 360: 'dark', 1600: 'light' };
const SEVERE = new Set(['serious', 'critical']);
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const pages = fs.readdirSync(folder).filter(name => name.endsWith('.html')).map(name => path.join(folder, name));
const faults = [];

const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'pages-'));
const browser = await chromium.launchPersistentContext(profile, { executablePath: '/usr/bin/chromium', args: FLAGS });
try {
    const tab = await browser.newPage();
    let file;
    tab.on('request', request => {
        if (request.url() !== `file://${file}`) faults.push(`${file}: requests ${request.url()}`);
    });
    tab.on('dialog', dialog => { faults.push(`${file}: a script of a name ran`); dialog.dismiss(); });
    for (file of pages) {
        await tab.goto(`file://${file}`);
        await tab.evaluate(axe);
        await tab.evaluate(() => document.querySelectorAll('details').forEach(part => { part.open = true; }));
        for (const width of WIDTHS) {
            const where = `${path.basename(file)} at ${width} pixels`;
            await tab.setViewportSize({ width, height: 800 });
            const excess = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
            if (excess > 0) faults.push(`${where}: ${excess} pixels too wide`);
            if (!(width in AXE_AT)) continue;
            await tab.emulateMedia({ colorScheme: AXE_AT[width] });
            const { violations } = await tab.evaluate(() => axe.run({ resultTypes: ['violations'] }));
            for (const { id, impact, nodes } of violations.filter(one => SEVERE.has(one.impact)))
                faults.push(`${where}, ${AXE_AT[width]}: ${id} (${impact}): ${nodes[0].html.slice(0, 200)}`);
        }
    }
} finally {
    await browser.close();
    fs.rmSync(profile, { recursive: true, force: true });
}

try {
    execFileSync('java', ['-jar', require.resolve('vnu-jar/build/dist/vnu.jar'), '--errors-only',
        ...pages.filter(name => !name.endsWith('notebook.html'))],
        { stdio: ['ignore', 'ignore', 'pipe'] });
} catch (error) {
    faults.push(error.stderr.toString().trim());
}
console.log(faults.length ? faults.join('\n') : `${pages.length} pages pass`);
process.exitCode = faults.length ? 1 : 0;
