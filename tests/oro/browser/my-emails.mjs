// Opens My Emails and presses "Sync emails", as a user does.
export default async (oro, {picture}) => {
    const {page} = oro;
    await oro.open('/email/user-emails');
    await page.waitForTimeout(1500);
    const text = await page.innerText('body');
    await oro.picture(picture);
    await page.locator('a:has-text("Sync emails"), button:has-text("Sync emails"), [title="Sync emails"]').first().click();
    const flash = await oro.flash();
    await page.waitForLoadState('networkidle');
    return {text, flash};
};
