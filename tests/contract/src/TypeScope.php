<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

use PhpParser\Node;
use PhpParser\Node\Expr;

/**
 * Tells the class of an expression within one method, as far as declarations and comments tell it. Where they don't, it says so
 * with an empty list instead of guessing.
 */
final class TypeScope
{
    /** @var array<string, list<string>> */
    private array $variables = [];

    /**
     * @param array{0: string, 1: array<string, string>} $names
     */
    public function __construct(
        private readonly string $class,
        private readonly array $names,
        private readonly Declarations $declarations,
        private readonly ClassReader $reader
    ) {
        $this->variables['this'] = [$class];
    }

    public function learnParameters(Node\FunctionLike $function): void
    {
        $doc = $function->getDocComment()?->getText();
        foreach ($function->getParams() as $param) {
            if (!\is_string($param->var->name)) {
                continue;
            }
            $documented = null !== $doc && 1 === preg_match(
                '~@param\s+((?:[^\s<]|<[^>]*>)+)\s+\$' . $param->var->name . '\b~',
                $doc,
                $match
            ) ? ClassReader::docType('@x ' . $match[1], '@x', $this->names) : null;
            $this->add($param->var->name, self::split($this->reader->type($param->type)));
            $this->add($param->var->name, null === $documented ? [] : [$documented]);
        }
    }

    /**
     * Assignments, loops, catches and instanceof anywhere in the body; flow is not followed.
     */
    public function learn(Node $node): void
    {
        $doc = $node->getDocComment()?->getText();
        if (null !== $doc && 1 === preg_match('~@var\s+\S.*\$(\w+)~', $doc, $match)) {
            $type = ClassReader::docType($doc, '@var', $this->names);
            $this->add($match[1], null === $type ? [] : [$type]);
        }
        if ($node instanceof Expr\Assign && $node->var instanceof Expr\Variable && \is_string($node->var->name)) {
            $this->add($node->var->name, $this->typesOf($node->expr));
        }
        if ($node instanceof Node\Stmt\Foreach_ && $node->valueVar instanceof Expr\Variable) {
            $this->add((string)$node->valueVar->name, $this->elementsOf($node->expr));
        }
        if ($node instanceof Node\Stmt\Catch_ && null !== $node->var) {
            $this->add((string)$node->var->name, array_map(static fn (Node\Name $name): string => $name->toString(), $node->types));
        }
        if (
            $node instanceof Expr\Instanceof_
            && $node->expr instanceof Expr\Variable
            && $node->class instanceof Node\Name
            && \is_string($node->expr->name)
        ) {
            $this->add($node->expr->name, [$node->class->toString()]);
        }
    }

    /**
     * @return list<string> classes, possibly none; "X[]" for lists
     */
    public function typesOf(Expr $expr): array
    {
        return match (true) {
            $expr instanceof Expr\Variable => \is_string($expr->name) ? $this->variables[$expr->name] ?? [] : [],
            $expr instanceof Expr\New_ => $expr->class instanceof Node\Name ? $this->resolve($expr->class) : [],
            $expr instanceof Expr\Assign => $this->typesOf($expr->expr),
            $expr instanceof Expr\Clone_ => $this->typesOf($expr->expr),
            $expr instanceof Expr\Ternary => [
                ...(null === $expr->if ? $this->typesOf($expr->cond) : $this->typesOf($expr->if)),
                ...$this->typesOf($expr->else),
            ],
            $expr instanceof Expr\BinaryOp\Coalesce => [...$this->typesOf($expr->left), ...$this->typesOf($expr->right)],
            $expr instanceof Expr\ArrayDimFetch => array_map(
                static fn (string $type): string => substr($type, 0, -2),
                array_values(array_filter($this->typesOf($expr->var), static fn (string $t): bool => str_ends_with($t, '[]')))
            ),
            $expr instanceof Expr\PropertyFetch, $expr instanceof Expr\NullsafePropertyFetch => $this->propertyTypes($expr),
            $expr instanceof Expr\MethodCall, $expr instanceof Expr\NullsafeMethodCall => $this->callTypes(
                $this->typesOf($expr->var),
                $expr->name,
                $expr->getArgs()
            ),
            $expr instanceof Expr\StaticCall => $expr->class instanceof Node\Name
                ? $this->callTypes($this->resolve($expr->class), $expr->name, [])
                : [],
            default => [],
        };
    }

    /**
     * @return list<string>
     */
    public function resolve(Node\Name $name): array
    {
        return match ($name->toLowerString()) {
            'self', 'static' => [$this->class],
            'parent' => \array_slice($this->declarations->getClass($this->class)['parents'] ?? [], 0, 1),
            default => [$name->toString()],
        };
    }

    /**
     * @return list<string>
     */
    private function elementsOf(Expr $expr): array
    {
        $elements = [];
        foreach ($this->typesOf($expr) as $type) {
            if (str_ends_with($type, '[]')) {
                $elements[] = substr($type, 0, -2);
            }
        }

        return $elements;
    }

    private function propertyTypes(Expr\PropertyFetch|Expr\NullsafePropertyFetch $expr): array
    {
        $types = [];
        foreach ($expr->name instanceof Node\Identifier ? $this->typesOf($expr->var) : [] as $class) {
            $found = $this->declarations->findProperty($class, $expr->name->toString());
            $types = [...$types, ...self::split($found[1] ?? null)];
        }

        return $types;
    }

    /**
     * @param list<string>   $classes
     * @param list<Node\Arg> $args
     *
     * @return list<string>
     */
    private function callTypes(array $classes, Node $name, array $args): array
    {
        if (!$name instanceof Node\Identifier) {
            return [];
        }
        // EntityManager::find() and getReference() give what they are asked for.
        $asked = $args[0]->value ?? null;
        if (
            \in_array($name->toString(), ['find', 'getReference'], true)
            && $asked instanceof Expr\ClassConstFetch
            && $asked->class instanceof Node\Name
        ) {
            return $this->resolve($asked->class);
        }

        $types = [];
        foreach ($classes as $class) {
            $found = $this->declarations->findMethod($class, $name->toString());
            $returned = self::split($found[1]['documented'] ?? null) ?: self::split($found[1]['returns'] ?? null);
            foreach ($returned as $type) {
                $types[] = \in_array($type, ['static', 'self'], true) ? $class : $type;
            }
        }

        return $types;
    }

    /**
     * @return list<string>
     */
    private static function split(?string $type): array
    {
        return array_values(array_filter(
            array_map(static fn (string $one): string => ltrim($one, '?\\'), explode('|', (string)$type)),
            static fn (string $one): bool => str_contains($one, '\\') || \in_array($one, ['static', 'self'], true)
        ));
    }

    /**
     * @param list<string> $types
     */
    private function add(string $variable, array $types): void
    {
        $this->variables[$variable] = array_values(array_unique([...$this->variables[$variable] ?? [], ...$types]));
    }
}
