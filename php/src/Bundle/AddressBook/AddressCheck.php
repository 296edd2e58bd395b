<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\AddressBook;

use Doctrine\ORM\EntityManagerInterface;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Engine\EngineRequirement;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Status\StatusQuery;

/**
 * Counts the addresses in Oro that no mail can have, so that nobody waits for mail of them.
 */
final class AddressCheck
{
    public function __construct(
        private readonly ManagerRegistry $doctrine,
        private readonly AddressBookLoader $loader,
        private readonly EngineRequirement $requirement
    ) {
    }

    /**
     * Reads the address book of every organization that has mailboxes, one after the other.
     *
     * @return string for an administrator; where the extension is missing, what to do
     */
    public function describe(): string
    {
        if (!$this->requirement->isMet()) {
            return $this->requirement->getRemedy();
        }
        $usable = $unusable = 0;
        foreach ($this->getOrganizationIds() as $organizationId) {
            $book = $this->loader->load($organizationId);
            $usable += \count($book);
            $unusable += $book->unusable();
            unset($book);
        }

        return \sprintf(
            'Addresses of users and contacts whose mail is looked for: %d. Unusable: %d.%s',
            $usable,
            $unusable,
            0 === $unusable ? '' : ' No mail can have these; correct them in Oro.'
        );
    }

    /**
     * @return list<int>
     */
    private function getOrganizationIds(): array
    {
        /** @var EntityManagerInterface $em */
        $em = $this->doctrine->getManagerForClass(ExchangeEmailOrigin::class);
        $rows = $em->createQueryBuilder()
            ->select('DISTINCT IDENTITY(o.organization) AS id')
            ->from(ExchangeEmailOrigin::class, 'o')
            ->where('o.organization IS NOT NULL AND ' . StatusQuery::IS_ON)
            ->getQuery()
            ->getArrayResult();

        return array_map('intval', array_column($rows, 'id'));
    }
}
