<?php

/**
 * A table of addresses as Oro generates it, with a user, a system mailbox and a contact to own them.
 */

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Postgres;

use Doctrine\ORM\Mapping as ORM;
use Oro\Bundle\EmailBundle\Entity\Mailbox;
use Oro\Bundle\UserBundle\Entity\User;

#[ORM\Entity, ORM\Table(name: 'oro_organization')]
class TestOrganization
{
    #[ORM\Id, ORM\Column(type: 'integer')]
    public int $id;
}

#[ORM\Entity, ORM\Table(name: 'oro_user')]
class TestUser extends User
{
    #[ORM\Id, ORM\Column(type: 'integer')]
    public int $id;

    #[ORM\ManyToMany(targetEntity: TestOrganization::class)]
    #[ORM\JoinTable(name: 'oro_user_organization')]
    #[ORM\JoinColumn(name: 'user_id')]
    #[ORM\InverseJoinColumn(name: 'organization_id')]
    public iterable $organizations;
}

#[ORM\Entity, ORM\Table(name: 'oro_email_mailbox')]
class TestMailbox extends Mailbox
{
    #[ORM\Id, ORM\Column(type: 'integer')]
    public int $id;

    #[ORM\ManyToOne(targetEntity: TestOrganization::class)]
    public TestOrganization $organization;
}

#[ORM\Entity, ORM\Table(name: 'orocrm_contact')]
class TestContact
{
    #[ORM\Id, ORM\Column(type: 'integer')]
    public int $id;

    #[ORM\ManyToOne(targetEntity: TestOrganization::class)]
    public TestOrganization $organization;
}

#[ORM\Entity, ORM\Table(name: 'oro_email_address')]
class TestAddress
{
    #[ORM\Id, ORM\Column(type: 'integer')]
    public int $id;

    #[ORM\Column(type: 'string')]
    public string $email;

    #[ORM\Column(name: 'has_owner', type: 'boolean')]
    public bool $hasOwner;

    #[ORM\ManyToOne(targetEntity: TestUser::class)]
    #[ORM\JoinColumn(name: 'owner_user_id')]
    public ?TestUser $owner1;

    #[ORM\ManyToOne(targetEntity: TestContact::class)]
    #[ORM\JoinColumn(name: 'owner_contact_id')]
    public ?TestContact $owner2;

    #[ORM\ManyToOne(targetEntity: TestMailbox::class)]
    #[ORM\JoinColumn(name: 'owner_mailbox_id')]
    public ?TestMailbox $owner3;
}
