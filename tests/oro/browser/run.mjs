// Runs one script against the pages of an OroCRM: node run.mjs SCRIPT JSON. Prints what the script answers as JSON; fails where
// a page had a fault of JavaScript or the server refused a request.
import {chromium} from 'playwright-core';

const [, , name, json] = process.argv;
const input = JSON.parse(json);
const {default: script} = await import(`./${name}.mjs`);
const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync']
});
const page = await browser.newPage({viewport: {width: 1440, height: 900}});
page.setDefaultTimeout(60000);
const faults = [];
page.on('pageerror', error => faults.push(String(error.stack || error).split('\n').slice(0, 4).join(' | ')));
page.on('response', response => {
    if (response.status() >= 500) {
        faults.push(`${response.status()} ${response.url()}`);
    }
});

const oro = {
    page,
    faults,
    async open(path) {
        const response = await page.goto(input.url + path, {waitUntil: 'networkidle', timeout: 120000});
        await page.waitForTimeout(1000);
        return response ? response.status() : 0;
    },
    async login() {
        await this.open('/user/login');
        await page.fill('#prependedInput', input.user);
        await page.fill('#prependedInput2', input.password);
        await Promise.all([page.waitForNavigation({waitUntil: 'networkidle', timeout: 120000}), page.click('#_submit')]);
        await page.waitForTimeout(1000);
    },
    async picture(file) {
        if (file) {
            await page.screenshot({path: `${input.pictures}/${file}.png`});
        }
    },
    async flash() {
        const messages = page.locator('.flash-messages-holder .alert, #flash-messages .alert');
        await messages.first().waitFor({timeout: 15000}).catch(() => {});
        return (await messages.allInnerTexts()).join(' ');
    }
};

try {
    await oro.login();
    const answer = await script(oro, input);
    if (faults.length > 0 && !answer.toldFaults) {
        throw new Error(faults.join('\n'));
    }
    process.stdout.write(JSON.stringify(answer));
} catch (error) {
    await page.screenshot({path: `${input.pictures}/failed-${name}.png`}).catch(() => {});
    process.stdout.write(`${error.stack || error}\nat ${page.url()}, see ${input.pictures}/failed-${name}.png\n${faults.join('\n')}`);
    process.exitCode = 1;
} finally {
    await browser.close();
}
