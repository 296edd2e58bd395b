<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

use PhpParser\Node;
use PhpParser\Node\Expr;
use PhpParser\Node\Scalar\String_;
use PhpParser\NodeFinder;

/**
 * Finds the fields of Oro's entities in our DQL, by the aliases a method declares, and the columns in our SQL. Relies on the house
 * style: SQL words in upper case, names in lower case.
 */
final class QueryUsageCollector
{
    private const SQL = '~\b(SELECT|UPDATE|INSERT INTO|DELETE FROM|ALTER TABLE)\b~';
    private const JOINS = ['join', 'innerJoin', 'leftJoin'];

    /**
     * @param \Closure(string, string): ?string $findTarget the target class of an entity's association
     * @param array<string, string>             $repositories entity by our repository class
     */
    public function __construct(
        private readonly ClassReader $reader,
        private readonly \Closure $findTarget,
        private readonly array $repositories
    ) {
    }

    /**
     * @return list<Usage>
     */
    public function collect(string $path, string $source): array
    {
        $usages = [];
        $finder = new NodeFinder();
        foreach ($finder->findInstanceOf($this->reader->parse($source), Node\Stmt\ClassLike::class) as $class) {
            foreach ($class->getMethods() as $method) {
                $aliases = $this->findAliases($method, $this->repositories[(string)$class->namespacedName] ?? null);
                foreach ($finder->findInstanceOf([$method], String_::class) as $string) {
                    $where = $path . ':' . $string->getStartLine();
                    $fields = self::fields($string->value, $aliases, $where);
                    $usages = [
                        ...$usages,
                        ...$fields,
                        ...([] === $fields ? self::columns($string->value, $where) : []),
                    ];
                }
            }
        }

        return $usages;
    }

    /**
     * @return array<string, string> class by alias
     */
    private function findAliases(Node\Stmt\ClassMethod $method, ?string $entity): array
    {
        $aliases = [];
        $calls = (new NodeFinder())->findInstanceOf([$method], Expr\MethodCall::class);
        foreach ($calls as $call) {
            $name = $call->name instanceof Node\Identifier ? $call->name->toString() : '';
            $args = array_map(static fn ($arg): ?Node => $arg instanceof Node\Arg ? $arg->value : null, $call->args);
            if ('createQueryBuilder' === $name && ($args[0] ?? null) instanceof String_ && null !== $entity) {
                $aliases[$args[0]->value] = $entity;
            }
            if (($args[1] ?? null) instanceof String_ && ($args[0] ?? null) instanceof Expr\ClassConstFetch) {
                if (\in_array($name, ['from', 'update', 'delete', ...self::JOINS], true)) {
                    $aliases[$args[1]->value] = $args[0]->class->toString();
                }
            }
        }
        // Calls nest from the outside: the alias of a join may be declared by a call found after it.
        foreach ([1, 2, 3] as $ignored) {
            foreach ($calls as $call) {
                $name = $call->name instanceof Node\Identifier ? $call->name->toString() : '';
                $path = $call->args[0]->value ?? null;
                $alias = $call->args[1]->value ?? null;
                if (\in_array($name, self::JOINS, true) && $path instanceof String_ && $alias instanceof String_) {
                    [$parent, $field] = explode('.', $path->value . '.');
                    $target = isset($aliases[$parent]) ? ($this->findTarget)($aliases[$parent], $field) : null;
                    if (null !== $target) {
                        $aliases[$alias->value] = $target;
                    }
                }
            }
        }

        return $aliases;
    }

    /**
     * @return list<Usage>
     */
    private static function fields(string $dql, array $aliases, string $where): array
    {
        $usages = [];
        preg_match_all('~(?<![\w:.])(\w+)\.(\w+)~', $dql, $matches, \PREG_SET_ORDER);
        foreach ($matches as [, $alias, $field]) {
            if (isset($aliases[$alias])) {
                $usages[] = new Usage('field', $aliases[$alias] . '::' . $field, $where);
            }
        }

        return $usages;
    }

    /**
     * @return list<Usage>
     */
    private static function columns(string $sql, string $where): array
    {
        // DQL with its class still to come is no SQL
        if (1 !== preg_match(self::SQL, $sql) || 1 === preg_match('~\b(FROM|JOIN) %(\d+\$)?s [a-z]{2,}\b~', $sql)) {
            return [];
        }
        preg_match_all('~\bAS (\w+)~', $sql, $aliases);

        $words = preg_replace(["~'[^']*'~", '~:\w+~', '~%\d*\$?[sd]~', '~\b\w+\(~', '~\b[a-z]\w*\.(?=\w)~'], ' ', $sql);
        preg_match_all('~(?<![\w])[a-z][a-z0-9_]{2,}\b~', (string)$words, $matches);
        $usages = [];
        foreach (array_diff($matches[0], ['true', 'false', 'null'], $aliases[1]) as $word) {
            if (!str_starts_with($word, 'exchange_')) {
                $usages[] = new Usage(1 === preg_match('~^(oro|acl)_~', $word) ? 'table' : 'column', $word, $where);
            }
        }

        return $usages;
    }
}
