<?php

/**
 * What the extension needs of Oro's settings where Oro is not installed: a "settings" section with a default a setting.
 */

declare(strict_types=1);

namespace Oro\Bundle\ConfigBundle\DependencyInjection;

use Symfony\Component\Config\Definition\Builder\ArrayNodeDefinition;

final class SettingsBuilder
{
    public static function append(ArrayNodeDefinition $root, array $settings): void
    {
        $root->children()->variableNode('settings')->defaultValue($settings)->end()->end();
    }

    public static function getSettings(array $config): array
    {
        return ['settings' => $config['settings']];
    }
}
