<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Oro;

use Doctrine\ORM\EntityManagerInterface;
use Oro\Bundle\ActivityBundle\EntityConfig\ActivityScope;
use Oro\Bundle\ActivityListBundle\Entity\ActivityList;
use Oro\Bundle\EmailBundle\Entity\Email;
use Oro\Bundle\EntityConfigBundle\Config\Config;
use Oro\Bundle\EntityConfigBundle\Config\ConfigInterface;
use Oro\Bundle\EntityConfigBundle\Config\Id\EntityConfigId;
use Oro\Bundle\EntityConfigBundle\Config\Id\FieldConfigId;
use Oro\Bundle\EntityExtendBundle\EntityExtend\EntityFieldExtensionInterface;
use Oro\Bundle\EntityExtendBundle\EntityExtend\EntityFieldIteratorInterface;
use Oro\Bundle\EntityExtendBundle\EntityExtend\EntityFieldProcessTransport;
use Oro\Bundle\EntityExtendBundle\EntityExtend\ExtendEntityMetadataProviderInterface;
use Oro\Bundle\EntityExtendBundle\Tools\ExtendHelper;
use Oro\Bundle\UserBundle\Entity\User;

/**
 * The relations that Oro generates into e-mails and activity lists: to users and contacts. Kept in memory, so a test can ask
 * which were made; Oro's tables for them need its generated code.
 */
final class Associations implements EntityFieldExtensionInterface, EntityFieldIteratorInterface, ExtendEntityMetadataProviderInterface
{
    /** @var \WeakMap<object, \ArrayObject<string, NoticedCollection>> */
    private \WeakMap $collections;

    public ?EntityManagerInterface $em = null;

    /** @var list<array{0: string, 1: object}> subject of an e-mail, in whose activity list it is */
    public array $targets = [];

    public function __construct()
    {
        $this->collections = new \WeakMap();
    }

    public function getExtensions(): iterable
    {
        return [$this];
    }

    public function getExtendEntityMetadata(string $class): ?ConfigInterface
    {
        if (Email::class !== $class) {
            return null;
        }
        $relations = [];
        foreach ([User::class, Contact::class] as $target) {
            $name = ExtendHelper::buildAssociationName($target, ActivityScope::ASSOCIATION_KIND);
            $relations[$name] = [
                'target_entity' => $target,
                'field_id' => new FieldConfigId('extend', $class, $name, 'manyToMany'),
            ];
        }

        return new Config(new EntityConfigId('extend', $class), ['relation' => $relations]);
    }

    public function getExtendEntityFieldsMetadata(string $class): array
    {
        return [];
    }

    public function get(EntityFieldProcessTransport $transport): void
    {
        $object = $transport->getObject();
        $this->collections[$object] ??= new \ArrayObject();
        $this->collections[$object][$transport->getName()] ??= $this->newCollection($object);
        $transport->setResult($this->collections[$object][$transport->getName()]);
        $transport->setProcessed(true);
    }

    private function newCollection(object $owner): NoticedCollection
    {
        $collection = new NoticedCollection();
        $collection->setNotice(function () use ($owner): void {
            if (true === $this->em?->contains($owner)) {
                $this->em->getUnitOfWork()->scheduleForUpdate($owner);
            }
        });

        return $collection;
    }

    public function set(EntityFieldProcessTransport $transport): void
    {
    }

    public function call(EntityFieldProcessTransport $transport): void
    {
        $transport->setProcessed(true);
        $target = $transport->getArguments()[0] ?? null;
        if ('supportActivityListTarget' === $transport->getName()) {
            $transport->setResult(\in_array($target, [User::class, Contact::class], true));
        } elseif ('addActivityListTarget' === $transport->getName()) {
            $this->targets[] = [(string)$transport->getObject()->getSubject(), $target];
        } else {
            $transport->setResult([]);
        }
    }

    public function isset(EntityFieldProcessTransport $transport): void
    {
    }

    public function propertyExists(EntityFieldProcessTransport $transport): void
    {
    }

    public function methodExists(EntityFieldProcessTransport $transport): void
    {
    }

    public function getMethods(EntityFieldProcessTransport $transport): array
    {
        return [];
    }

    public function getMethodInfo(EntityFieldProcessTransport $transport): void
    {
    }
}
