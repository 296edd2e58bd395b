<?php

/**
 * Names of Oro that the bundle's classes mention, for tests that run where no source tree of Oro is. They behave as little as
 * possible; what the bundle does with the real ones is in the tests that need ORO_PLATFORM_DIR.
 */

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\StandIn {
    /** Remembers what setters and adders were given. */
    trait Remembers
    {
        /** @var array<string, mixed> */
        public array $values = [];

        public function __call(string $method, array $arguments): mixed
        {
            $name = lcfirst((string)preg_replace('/^(?:set|get|is|add)/', '', $method));
            if (str_starts_with($method, 'set')) {
                $this->values[$name] = $arguments[0];

                return $this;
            }
            if (str_starts_with($method, 'add')) {
                $this->values[$name][] = $arguments[0];

                return $this;
            }

            return $this->values[$name] ?? null;
        }
    }
}

namespace Oro\Bundle\OrganizationBundle\Entity {
    class Organization
    {
        use \ExchangeMail\Tests\Bundle\Storing\StandIn\Remembers;
    }
}

namespace Oro\Bundle\UserBundle\Entity {
    class User
    {
        use \ExchangeMail\Tests\Bundle\Storing\StandIn\Remembers;
    }
}

namespace Oro\Bundle\EmailBundle\Entity {
    use ExchangeMail\Tests\Bundle\Storing\StandIn\Remembers;

    abstract class EmailOrigin
    {
        use Remembers;

        protected ?string $mailboxName = null;
    }

    class Mailbox
    {
        use Remembers;
    }

    class EmailFolder
    {
        use Remembers;
    }

    class Email
    {
        use Remembers;

        public const LOW_IMPORTANCE = -1;
        public const NORMAL_IMPORTANCE = 0;
        public const HIGH_IMPORTANCE = 1;
    }

    class EmailUser
    {
        use Remembers;
    }

    class EmailBody
    {
        use Remembers;
    }

    class EmailAttachment
    {
        use Remembers;
    }

    class EmailAttachmentContent
    {
        use Remembers;
    }
}

namespace Oro\Bundle\EmailBundle\Entity\Manager {
    class EmailAddressManager
    {
        public function __construct(
            private readonly \Doctrine\ORM\EntityManagerInterface $em,
            private readonly string $class
        ) {
        }

        public function getEntityManager(): \Doctrine\ORM\EntityManagerInterface
        {
            return $this->em;
        }

        public function getEmailAddressProxyClass(): string
        {
            return $this->class;
        }
    }
}

namespace Oro\Bundle\EmailBundle\Builder {
    use Oro\Bundle\EmailBundle\Entity\Email;
    use Oro\Bundle\EmailBundle\Entity\EmailAttachment;
    use Oro\Bundle\EmailBundle\Entity\EmailAttachmentContent;
    use Oro\Bundle\EmailBundle\Entity\EmailBody;
    use Oro\Bundle\EmailBundle\Entity\EmailUser;

    class EmailEntityBuilder
    {
        /** @var list<array<int, mixed>> arguments of emailUser() */
        public array $calls = [];

        public function emailUser(...$arguments): EmailUser
        {
            $this->calls[] = $arguments;

            return (new EmailUser())->setEmail(new Email());
        }

        public function body(string $content, bool $isHtml): EmailBody
        {
            return (new EmailBody())->setBodyContent($content)->setBodyIsText(!$isHtml)->setTextBody(substr($content, 0, 500));
        }

        public function attachment(string $fileName, string $contentType): EmailAttachment
        {
            return (new EmailAttachment())->setFileName($fileName)->setContentType($contentType);
        }

        public function attachmentContent(string $content, string $encoding): EmailAttachmentContent
        {
            return (new EmailAttachmentContent())->setContent($content)->setContentTransferEncoding($encoding);
        }

        public function addEmailAttachmentEntity(EmailBody $body, EmailAttachment $attachment): void
        {
            $body->addAttachments($attachment);
        }
    }
}

namespace Oro\Bundle\EmailBundle\EventListener {
    class EntityListener
    {
        private bool $flushing = false;

        public function isBusy(): bool
        {
            return $this->flushing;
        }

        public function becomeBusy(): void
        {
            $this->flushing = true;
        }
    }
}

namespace Oro\Bundle\ActivityListBundle\EventListener {
    class ActivityListListener
    {
        protected array $insertedEntities = [];

        protected array $deletedEntities = [];
    }
}

namespace Oro\Bundle\EmailBundle\Sync {
    abstract class AbstractEmailSynchronizer
    {
        public const SYNC_CODE_IN_PROCESS = 1;
        public const SYNC_CODE_FAILURE = 2;
        public const SYNC_CODE_SUCCESS = 3;
    }
}

namespace Oro\Bundle\ConfigBundle\Config {
    class ConfigManager
    {
        public function __construct(public array $settings = [])
        {
        }

        public function get(string $name): mixed
        {
            return $this->settings[$name] ?? null;
        }
    }
}

namespace Oro\Bundle\SecurityBundle\Owner\Metadata {
    class OwnershipMetadata
    {
        public function getOrganizationFieldName(): string
        {
            return 'organization';
        }
    }

    interface OwnershipMetadataProviderInterface
    {
        public function getMetadata($className);
    }
}

namespace Oro\Bundle\MigrationBundle\Migration {
    use Doctrine\DBAL\Schema\Schema;

    interface Installation
    {
        public function up(Schema $schema, QueryBag $queries);

        public function getMigrationVersion();
    }

    class QueryBag
    {
    }
}
