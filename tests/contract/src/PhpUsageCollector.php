<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

use PhpParser\Node;
use PhpParser\Node\Expr;
use PhpParser\NodeFinder;

/**
 * Finds what a PHP file of ours uses of Oro: classes, methods, constants, what it overrides, and ids in strings.
 */
final class PhpUsageCollector
{
    /** Ids of services, settings, routes, ACL resources, tables: anything in Oro's own naming. */
    private const NAME = '~^@?(oro_[a-z0-9_]+(?:\.[a-z0-9_]+)*|oro:[a-z0-9:-]+)$~';

    public function __construct(private readonly Declarations $declarations, private readonly ClassReader $reader)
    {
    }

    /**
     * @return list<Usage>
     */
    public function collect(string $path, string $source): array
    {
        $statements = $this->reader->parse($source);
        $names = ClassReader::readImports($statements);
        $finder = new NodeFinder();
        $usages = [];
        foreach ($finder->findInstanceOf($statements, Node\Name::class) as $name) {
            if (str_starts_with($name->toString(), 'Oro\\')) {
                $usages[] = new Usage('class', $name->toString(), $path . ':' . $name->getStartLine());
            }
        }
        foreach ($finder->findInstanceOf($statements, Node\Scalar\String_::class) as $string) {
            if (1 === preg_match(self::NAME, $string->value, $match)) {
                $usages[] = new Usage('name', $match[1], $path . ':' . $string->getStartLine());
            }
        }
        foreach ($finder->findInstanceOf($statements, Node\Stmt\ClassLike::class) as $class) {
            if (null !== $class->namespacedName) {
                $usages = [...$usages, ...$this->collectClass($path, $class, $names)];
            }
        }

        return $usages;
    }

    /**
     * @return list<Usage>
     */
    private function collectClass(string $path, Node\Stmt\ClassLike $class, array $names): array
    {
        $own = $class->namespacedName->toString();
        $usages = [];
        foreach (\array_slice($this->declarations->getLineage($own), 1) as $ancestor) {
            if (str_starts_with($ancestor, 'Oro\\')) {
                $usages[] = new Usage('ancestor', $ancestor, $path . ':' . $class->getStartLine(), ['class' => $own]);
            }
        }
        foreach ($class->getMethods() as $method) {
            $scope = new TypeScope($own, $names, $this->declarations, $this->reader);
            $inner = [];
            (new NodeFinder())->find([$method], static function (Node $node) use (&$inner): bool {
                $inner[] = $node;

                return false;
            });
            // Twice: a variable may be used above the loop that tells its type.
            foreach ([1, 2] as $ignored) {
                foreach ($inner as $node) {
                    $node instanceof Node\FunctionLike ? $scope->learnParameters($node) : $scope->learn($node);
                }
            }
            foreach ($inner as $node) {
                $usages = [...$usages, ...$this->collectMembers($path, $node, $scope)];
            }
        }

        return $usages;
    }

    /**
     * @return list<Usage>
     */
    private function collectMembers(string $path, Node $node, TypeScope $scope): array
    {
        $where = $path . ':' . $node->getStartLine();

        return match (true) {
            $node instanceof Expr\MethodCall, $node instanceof Expr\NullsafeMethodCall => $this->members(
                'method',
                $scope->typesOf($node->var),
                $node->name,
                $where,
                $node->isFirstClassCallable() ? [] : self::arguments($node->getArgs())
            ),
            $node instanceof Expr\StaticCall && $node->class instanceof Node\Name => $this->members(
                'method',
                $scope->resolve($node->class),
                $node->name,
                $where,
                $node->isFirstClassCallable() ? [] : self::arguments($node->getArgs()) + ['static' => true]
            ),
            $node instanceof Expr\New_ && $node->class instanceof Node\Name => $this->members(
                'method',
                $scope->resolve($node->class),
                new Node\Identifier('__construct'),
                $where,
                self::arguments($node->getArgs())
            ),
            $node instanceof Expr\ClassConstFetch && $node->class instanceof Node\Name => $this->members(
                'constant',
                $scope->resolve($node->class),
                $node->name,
                $where
            ),
            $node instanceof Expr\PropertyFetch => $this->members('property', $scope->typesOf($node->var), $node->name, $where),
            default => [],
        };
    }

    /**
     * @param list<string>         $classes
     * @param array<string, mixed> $detail
     *
     * @return list<Usage>
     */
    private function members(string $kind, array $classes, Node $name, string $where, array $detail = []): array
    {
        if (!$name instanceof Node\Identifier || 'class' === $name->toString()) {
            return [];
        }

        $usages = [];
        foreach ($this->narrow($kind, $classes, $name->toString()) as $class) {
            // A member of ours that Oro declares is Oro's.
            $declaring = str_starts_with($class, 'Oro\\')
                ? $class
                : $this->declaringClass($kind, $class, $name->toString()) ?? $this->findOroParent($class);
            if (null !== $declaring && str_starts_with($declaring, 'Oro\\')) {
                $usages[] = new Usage($kind, $declaring . '::' . $name->toString(), $where, $detail);
            }
        }

        return $usages;
    }

    /**
     * Of several possible classes those that have the member: the others were ruled out by instanceof.
     *
     * @param list<string> $classes
     *
     * @return list<string>
     */
    private function narrow(string $kind, array $classes, string $member): array
    {
        $fitting = \count($classes) < 2 ? [] : array_values(array_filter(
            $classes,
            fn (string $class): bool => null !== $this->declaringClass($kind, $class, $member)
        ));

        return [] === $fitting ? $classes : $fitting;
    }

    /**
     * What nobody declares is asked of Oro's parent class, so that it is missed there.
     */
    private function findOroParent(string $class): ?string
    {
        $parent = $this->declarations->getClass($class)['parents'][0] ?? '';

        return str_starts_with($parent, 'Oro\\') ? $parent : null;
    }

    private function declaringClass(string $kind, string $class, string $member): ?string
    {
        return match ($kind) {
            'method' => $this->declarations->findMethod($class, $member)[0] ?? null,
            'constant' => $this->declarations->findConstant($class, $member),
            default => $this->declarations->findProperty($class, $member)[0] ?? null,
        };
    }

    /**
     * @param list<Node\Arg> $args
     *
     * @return array<string, mixed>
     */
    private static function arguments(array $args): array
    {
        $named = [];
        foreach ($args as $arg) {
            if ($arg->unpack) {
                return [];
            }
            if (null !== $arg->name) {
                $named[] = $arg->name->toString();
            }
        }

        return ['count' => \count($args) - \count($named), 'named' => $named];
    }
}
