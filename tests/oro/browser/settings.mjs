// Fills in the settings, checks the connection, and saves: System > Configuration > Integrations > Email settings.
export default async (oro, {fields, mailbox, picture}) => {
    const {page} = oro;
    const field = name => page.locator(`[name$="[exchange_mail___${name}][value]"]:not([type="hidden"])`).first();
    await oro.open('/config/system/platform/exchange_mail_settings');
    await field('enabled').check();
    for (const [name, value] of Object.entries(fields)) {
        if (await field(name).isVisible()) {
            await field(name).fill(value);
        }
    }
    await page.fill('[data-role="mailbox"]', mailbox);
    await page.click('[data-role="check"]');
    const message = page.locator('[data-role="message"].alert');
    await message.waitFor();
    const check = await message.innerText();
    await oro.picture(picture);
    await page.click('button[type="submit"]:has-text("Save settings")');
    const flash = await oro.flash();
    await page.waitForLoadState('networkidle');
    return {check, flash, html: await page.content()};
};
