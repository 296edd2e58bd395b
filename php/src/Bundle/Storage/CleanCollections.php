<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\Common\Collections\Collection;
use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\PersistentCollection;

/**
 * Makes the collections of a new entity look as they do after it was inserted, where the other side is what is written. Doctrine
 * would report them as changed, with nothing to write, in this flush and in each that listeners nest in it; Oro's activity
 * lists ask the database about every one of them every time.
 */
final class CleanCollections
{
    public static function of(EntityManagerInterface $em, object $entity): void
    {
        $metadata = $em->getClassMetadata($entity::class);
        foreach ($metadata->getAssociationNames() as $name) {
            if (!$metadata->isCollectionValuedAssociation($name) || !$metadata->isAssociationInverseSide($name)) {
                continue;
            }
            $elements = $metadata->getFieldValue($entity, $name);
            if (!$elements instanceof Collection || $elements instanceof PersistentCollection) {
                continue;
            }
            $target = $em->getClassMetadata($metadata->getAssociationTargetClass($name));
            $collection = new PersistentCollection($em, $target, $elements);
            $collection->setOwner($entity, $metadata->getAssociationMapping($name));
            $metadata->setFieldValue($entity, $name, $collection);
        }
    }
}
