<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

/**
 * PHP's rules for overriding, as far as declarations without loaded classes tell: parameters may widen, results may narrow.
 */
final class Signature
{
    public function __construct(private readonly Declarations $declarations)
    {
    }

    /**
     * @param array<string, mixed> $parent
     * @param array<string, mixed> $override
     */
    public function findConflict(array $parent, array $override): ?string
    {
        if ($parent['final']) {
            return 'it is final';
        }
        if ($parent['static'] !== $override['static']) {
            return 'static differs';
        }
        foreach ($override['params'] as $index => $param) {
            $expected = $parent['params'][$index] ?? null;
            if (null === $expected) {
                if (!$param['optional']) {
                    return \sprintf('the additional argument "$%s" is not optional', $param['name']);
                }
                continue;
            }
            if ($expected['optional'] && !$param['optional']) {
                return \sprintf('the argument "$%s" must be optional', $param['name']);
            }
            if (!$this->accepts($param['type'], $expected['type'])) {
                return \sprintf('the argument "$%s" must accept %s', $param['name'], $expected['type'] ?? 'any value');
            }
        }
        if (\count($override['params']) < \count($parent['params'])) {
            return 'it takes fewer arguments';
        }
        if (null !== $parent['returns'] && !$this->accepts($parent['returns'], $override['returns'])) {
            return \sprintf('it must give %s', $parent['returns']);
        }

        return null;
    }

    /**
     * Whether every value of the narrow type is one of the wide type; null stands for no declaration.
     */
    private function accepts(?string $wide, ?string $narrow): bool
    {
        if (null === $wide || 'mixed' === $wide) {
            return true;
        }
        if (null === $narrow) {
            return false;
        }

        $alternatives = self::alternatives($wide);
        foreach (self::alternatives($narrow) as $type) {
            $isWithin = \in_array($type, $alternatives, true)
                || ('array' === $type && \in_array('iterable', $alternatives, true))
                || (\in_array($type, ['static', 'self', 'never'], true) && [] !== $alternatives)
                || [] !== array_filter($alternatives, fn (string $wider): bool => $this->isSubclass($type, $wider))
                || ('int' === $type && \in_array('float', $alternatives, true));
            if (!$isWithin) {
                return false;
            }
        }

        return true;
    }

    private function isSubclass(string $class, string $parent): bool
    {
        if (is_a($class, $parent, true)) {
            return true;
        }
        foreach ($this->declarations->getClass($class)['parents'] ?? [] as $next) {
            if ($next === $parent || $this->isSubclass($next, $parent)) {
                return true;
            }
        }

        return false;
    }

    /**
     * @return list<string>
     */
    private static function alternatives(string $type): array
    {
        $alternatives = explode('|', ltrim($type, '?'));

        return '?' === $type[0] ? [...$alternatives, 'null'] : $alternatives;
    }
}
