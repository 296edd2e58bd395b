<?php

/**
 * The names of doctrine/data-fixtures that Oro's template fixture stands on, where the library is not installed.
 */

declare(strict_types=1);

namespace Doctrine\Common\DataFixtures;

use Doctrine\Persistence\ObjectManager;

interface FixtureInterface
{
    public function load(ObjectManager $manager);
}

interface DependentFixtureInterface
{
    public function getDependencies();
}

abstract class AbstractFixture implements FixtureInterface
{
}
