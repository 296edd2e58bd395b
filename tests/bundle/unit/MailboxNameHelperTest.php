<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Bundle\Datagrid\ExchangeMailboxNameHelper;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use Oro\Bundle\EmailBundle\Datagrid\MailboxNameHelper;
use Oro\Bundle\EmailBundle\Entity\InternalEmailOrigin;
use PHPUnit\Framework\TestCase;
use Symfony\Contracts\Translation\TranslatorInterface;

final class MailboxNameHelperTest extends TestCase
{
    public function testMailboxesOfOneUserAreToldApartByAddress(): void
    {
        $inner = $this->createMock(MailboxNameHelper::class);
        $inner->method('getMailboxName')->willReturn('as Oro says');
        $helper = new ExchangeMailboxNameHelper($this->createMock(TranslatorInterface::class), $inner);

        self::assertSame('jane@example.com', $helper->getMailboxName(ExchangeEmailOrigin::class, 'jane@example.com', null));
        self::assertSame('as Oro says', $helper->getMailboxName(ExchangeEmailOrigin::class, 'info@example.com', 'Info'));
        self::assertSame('as Oro says', $helper->getMailboxName(InternalEmailOrigin::class, 'Local', null));
    }
}
