<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Oro;

use Doctrine\ORM\Mapping as ORM;
use Oro\Bundle\EmailBundle\Entity\EmailOwnerInterface;
use Oro\Bundle\OrganizationBundle\Entity\Organization;

/**
 * Somebody with an address who is no user: what OroCRM's contacts, leads and customers are to the e-mail bundle.
 */
#[ORM\Entity]
#[ORM\Table(name: 'test_contact')]
class Contact implements EmailOwnerInterface
{
    #[ORM\Id, ORM\Column(type: 'integer'), ORM\GeneratedValue]
    private ?int $id = null;

    #[ORM\Column(type: 'string', length: 255)]
    private string $email;

    #[ORM\ManyToOne(targetEntity: Organization::class)]
    private Organization $organization;

    public function __construct(string $email, Organization $organization)
    {
        $this->email = $email;
        $this->organization = $organization;
    }

    public function getId()
    {
        return $this->id;
    }

    public function getOrganization(): Organization
    {
        return $this->organization;
    }

    public function getEmail(): string
    {
        return $this->email;
    }

    public function setEmail(string $email): void
    {
        $this->email = $email;
    }

    public function getEmailFields()
    {
        return ['email'];
    }

    public function getFirstName()
    {
        return '';
    }

    public function getLastName()
    {
        return $this->email;
    }
}
