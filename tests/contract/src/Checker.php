<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

/**
 * Tells which uses do not fit the facts of one version of Oro.
 */
final class Checker
{
    private const SECTIONS = [
        'service' => 'services',
        'tag' => 'tags',
        'name' => 'names',
        'parameter' => 'names',
        'node' => 'nodes',
        'twig' => 'twig',
        'template' => 'templates',
        'block' => 'blocks',
        'module' => 'modules',
        'table' => 'tables',
        'field' => 'fields',
    ];
    /** Ids that look like Oro's and are ours. */
    private const OWN = '~^oro:(exchange:|cron:exchange-)~';

    private readonly Declarations $declarations;
    private readonly Signature $signature;

    /** @var list<string> */
    private readonly array $ownColumns;

    /**
     * @param list<string> $absent classes and tags that php/ does without
     */
    public function __construct(private readonly Facts $facts, OwnSources $own, private readonly array $absent = [])
    {
        $this->declarations = new Declarations($facts, $own);
        $this->signature = new Signature($this->declarations);
        $this->ownColumns = $own->getColumns();
    }

    /**
     * @param list<Usage> $usages
     *
     * @return list<string>
     */
    public function check(array $usages): array
    {
        $problems = [];
        foreach ($usages as $usage) {
            $isExempt = 1 === preg_match(self::OWN, $usage->name)
                || ($usage->detail['optional'] ?? false)
                || \in_array(explode('::', $usage->name)[0], $this->absent, true);
            $problem = $isExempt ? null : $this->findProblem($usage);
            if (null !== $problem) {
                $problems[] = \sprintf('%s: %s (Oro %s)', $usage->where, $problem, $this->facts->version);
            }
        }

        return array_values(array_unique($problems));
    }

    private function findProblem(Usage $usage): ?string
    {
        return match ($usage->kind) {
            'class' => null === $this->facts->getClass($usage->name) ? 'unknown class ' . $usage->name : null,
            'ancestor' => $this->checkAncestor($usage),
            'method' => $this->checkCall($usage),
            'constant' => null === $this->declarations->findConstant($usage->getClass(), $usage->getMember())
                ? 'unknown constant ' . $usage->name
                : null,
            'property' => null === $this->declarations->findProperty($usage->getClass(), $usage->getMember())
                ? 'unknown property ' . $usage->name
                : null,
            'column' => $this->checkColumn($usage),
            default => $this->facts->has(self::SECTIONS[$usage->kind], $usage->name)
                ? null
                : \sprintf('unknown %s "%s"', $usage->kind, $usage->name),
        };
    }

    private function checkCall(Usage $usage): ?string
    {
        $isNew = '__construct' === $usage->getMember();
        $found = $this->declarations->findMethod($usage->getClass(), $usage->getMember());
        // "X[]" documents a collection as well as an array
        $isBeyondOro = str_ends_with($usage->getClass(), '[]')
            || $this->declarations->isInternalMethod($usage->getClass(), $usage->getMember());
        if (null === $found && $isBeyondOro) {
            return null;
        }
        if (null === $found) {
            return $isNew && 0 === ($usage->detail['count'] ?? 0) && null !== $this->facts->getClass($usage->getClass())
                ? null
                : 'unknown method ' . $usage->name;
        }

        $method = $found[1];
        if (($usage->detail['static'] ?? false) && !$method['static'] && !str_starts_with($usage->where, 'parent')) {
            return null;
        }
        if (!isset($usage->detail['count'])) {
            return null;
        }

        $names = array_column($method['params'], 'name');
        $required = \count(array_filter($method['params'], static fn (array $param): bool => !$param['optional']));
        $isVariadic = [] !== array_filter($method['params'], static fn (array $param): bool => $param['variadic']);
        $given = $usage->detail['count'] + \count($usage->detail['named']);
        if ($given < $required || (!$isVariadic && $given > \count($names))) {
            return \sprintf('%s takes %d to %d arguments, not %d', $usage->name, $required, \count($names), $given);
        }
        $unknown = array_diff($usage->detail['named'], $names);

        return [] === $unknown ? null : \sprintf('%s has no argument "%s"', $usage->name, implode(', ', $unknown));
    }

    /**
     * The class must implement what is abstract, and what it overrides must accept and give what Oro says.
     */
    private function checkAncestor(Usage $usage): ?string
    {
        $ancestor = $this->facts->getClass($usage->name);
        if (null === $ancestor) {
            return 'unknown class ' . $usage->name;
        }
        if ($ancestor['final']) {
            return $usage->name . ' is final';
        }

        $own = $usage->detail['class'];
        $isAbstract = $this->declarations->getClass($own)['abstract'] ?? false;
        foreach ($ancestor['methods'] as $name => $method) {
            [$declaring, $override] = $this->declarations->findMethod($own, $name) ?? [null, null];
            if ($method['abstract'] && !$isAbstract && ($override['abstract'] ?? true)) {
                return \sprintf('%s does not implement %s::%s()', $own, $usage->name, $name);
            }
            if (null === $declaring || str_starts_with($declaring, 'Oro\\') || 'private' === $method['visibility']) {
                continue;
            }
            $problem = $this->signature->findConflict($method, $override);
            if (null !== $problem && '__construct' !== $name) {
                return \sprintf('%s::%s() does not fit %s: %s', $declaring, $name, $usage->name, $problem);
            }
        }

        return null;
    }

    private function checkColumn(Usage $usage): ?string
    {
        foreach ([...$this->facts->all('tables'), $this->ownColumns] as $columns) {
            if (\in_array($usage->name, $columns, true)) {
                return null;
            }
        }

        return \sprintf('no table that php/ uses has a column "%s"', $usage->name);
    }
}
