// Makes a system mailbox that is read from Exchange, opens it again, and tells what its form shows then.
export default async (oro, {label, email, since, picture}) => {
    const {page} = oro;
    const field = name => page.locator(`[name="oro_email_mailbox${name}"]`);
    await oro.open('/config/mailbox/create');
    await field('[label]').fill(label);
    await field('[email]').fill(email);
    await field('[exchangeMail]').check();
    await field('[exchangeMailSince]').evaluate((input, day) => { input.value = day; }, since);
    await page.click('button[type=submit]:visible:has-text("Save")');
    const flash = await oro.flash();
    await page.waitForLoadState('networkidle');
    const refused = (await page.locator('.validation-failed:visible').allInnerTexts()).join(' ');
    const id = (await page.content()).match(/config\/mailbox\/update\/(\d+)/g)?.pop().split('/').pop();
    if (!id) {
        return {flash, refused};
    }
    await oro.open(`/config/mailbox/update/${id}`);
    await oro.picture(picture);
    return {
        flash,
        refused,
        ticked: await field('[exchangeMail]').isChecked(),
        since: await field('[exchangeMailSince]').inputValue(),
        smtp: await field('[origin][useSmtp]').count()
    };
};
