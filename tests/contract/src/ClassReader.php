<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

use PhpParser\ErrorHandler\Collecting;
use PhpParser\Node;
use PhpParser\NodeFinder;
use PhpParser\NodeTraverser;
use PhpParser\NodeVisitor\NameResolver;
use PhpParser\ParserFactory;
use PhpParser\PrettyPrinter\Standard;

/**
 * Reads the declaration of a class from source text: no code is run. Knows PHP, not Oro.
 */
final class ClassReader
{
    private \PhpParser\Parser $parser;
    private Standard $printer;

    public function __construct()
    {
        $factory = new ParserFactory();
        // PHP-Parser 5 has no create(), the 4.15 of Debian 12 only that.
        $this->parser = method_exists($factory, 'createForNewestSupportedVersion')
            ? $factory->createForNewestSupportedVersion()
            : $factory->create(ParserFactory::ONLY_PHP7);
        $this->printer = new Standard();
    }

    /**
     * @return list<Node\Stmt> with resolved names
     */
    public function parse(string $source): array
    {
        // Newer syntax in one method must not hide the others.
        $statements = $this->parser->parse($source, new Collecting()) ?? [];
        $traverser = new NodeTraverser();
        $traverser->addVisitor(new NameResolver(new Collecting(), ['preserveOriginalNames' => false, 'replaceNodes' => true]));

        return $traverser->traverse($statements);
    }

    /**
     * @return array<string, mixed>|null null: the source declares no such class
     */
    public function read(string $source, string $class): ?array
    {
        $statements = $this->parse($source);
        $node = (new NodeFinder())->findFirst(
            $statements,
            static fn (Node $node): bool => $node instanceof Node\Stmt\ClassLike
                && null !== $node->namespacedName
                && $node->namespacedName->toString() === $class
        );
        if (!$node instanceof Node\Stmt\ClassLike) {
            return null;
        }

        $names = self::readImports($statements);
        $facts = [
            'kind' => match (true) {
                $node instanceof Node\Stmt\Interface_ => 'interface',
                $node instanceof Node\Stmt\Trait_ => 'trait',
                $node instanceof Node\Stmt\Enum_ => 'enum',
                default => 'class',
            },
            'abstract' => $node instanceof Node\Stmt\Class_ && $node->isAbstract(),
            'final' => $node instanceof Node\Stmt\Class_ && $node->isFinal(),
            'parents' => self::readParents($node),
            'traits' => [],
            'constants' => [],
            'properties' => [],
            'methods' => [],
        ];
        foreach ($node->getTraitUses() as $use) {
            foreach ($use->traits as $trait) {
                $facts['traits'][] = $trait->toString();
            }
        }
        foreach ($node->getConstants() as $constants) {
            foreach ($constants->consts as $constant) {
                $facts['constants'][$constant->name->toString()] = $this->printer->prettyPrintExpr($constant->value);
            }
        }
        foreach ($node->getProperties() as $property) {
            foreach ($property->props as $prop) {
                $facts['properties'][$prop->name->toString()] = $this->type($property->type)
                    ?? self::docType($property->getDocComment()?->getText(), '@var', $names);
            }
        }
        foreach ($node->getMethods() as $method) {
            $facts['methods'][$method->name->toString()] = $this->readMethod($method, $names);
            foreach ($method->params as $param) {
                if (0 !== $param->flags) {
                    $facts['properties'][$param->var->name] = $this->type($param->type);
                }
            }
        }

        return $facts;
    }

    /**
     * @return array{0: string, 1: array<string, string>} namespace and imports, for names in comments
     */
    public static function readImports(array $statements): array
    {
        $finder = new NodeFinder();
        $namespace = $finder->findFirstInstanceOf($statements, Node\Stmt\Namespace_::class);
        $imports = [];
        foreach ($finder->findInstanceOf($statements, Node\Stmt\Use_::class) as $use) {
            foreach ($use->uses as $one) {
                $imports[$one->getAlias()->toString()] = $one->name->toString();
            }
        }

        return [(string)$namespace?->name, $imports];
    }

    /**
     * The class in a comment's tag, if there is exactly one; list<X>, X[] and the like give "X[]".
     *
     * @param array{0: string, 1: array<string, string>} $names
     */
    public static function docType(?string $doc, string $tag, array $names): ?string
    {
        if (null === $doc || 1 !== preg_match('~' . preg_quote($tag, '~') . '\s+((?:[^\s<]|<[^>]*>)+)~', $doc, $match)) {
            return null;
        }

        $isList = 1 === preg_match('~^(?:list|array|iterable|Collection|ArrayCollection)<(?:[^,>]+,\s*)?([^>]+)>~', $match[1], $inner)
            || 1 === preg_match('~^(?:Collection\|)?\\\\?([\w\\\\]+)\[\]~', $match[1], $inner);
        $types = explode('|', $isList ? $inner[1] : $match[1]);
        $classes = array_values(array_filter(
            array_map(static fn (string $type): string => ltrim(trim($type), '?'), $types),
            static fn (string $type): bool => 1 === preg_match('~^\\\\?[A-Z][\w\\\\]*$~', $type)
        ));
        if (1 !== \count($classes)) {
            return 1 === preg_match('~^(\$this|static|self)$~', $match[1]) ? 'static' : null;
        }

        $name = $classes[0];
        if ('\\' === $name[0]) {
            $resolved = ltrim($name, '\\');
        } else {
            $first = explode('\\', $name)[0];
            $resolved = isset($names[1][$first])
                ? $names[1][$first] . substr($name, \strlen($first))
                : ltrim($names[0] . '\\' . $name, '\\');
        }

        return $resolved . ($isList ? '[]' : '');
    }

    public function type(?Node $type): ?string
    {
        return match (true) {
            null === $type => null,
            $type instanceof Node\NullableType => '?' . $this->type($type->type),
            $type instanceof Node\UnionType => implode('|', array_map($this->type(...), $type->types)),
            $type instanceof Node\IntersectionType => implode('&', array_map($this->type(...), $type->types)),
            default => $type->toString(),
        };
    }

    /**
     * @return list<string>
     */
    private static function readParents(Node\Stmt\ClassLike $node): array
    {
        $parents = match (true) {
            $node instanceof Node\Stmt\Class_ => array_merge($node->extends ? [$node->extends] : [], $node->implements),
            $node instanceof Node\Stmt\Interface_ => $node->extends,
            $node instanceof Node\Stmt\Enum_ => $node->implements,
            default => [],
        };

        return array_map(static fn (Node\Name $name): string => $name->toString(), $parents);
    }

    /**
     * @return array<string, mixed>
     */
    private function readMethod(Node\Stmt\ClassMethod $method, array $names): array
    {
        $params = [];
        foreach ($method->params as $param) {
            // "= null" makes a type nullable in the older branches.
            $type = $this->type($param->type);
            $isNullDefault = null !== $param->default && 'null' === strtolower($this->printer->prettyPrintExpr($param->default));
            $params[] = [
                'name' => $param->var->name,
                'type' => null !== $type && $isNullDefault && !str_contains($type, '|') ? '?' . ltrim($type, '?') : $type,
                'optional' => null !== $param->default || $param->variadic,
                'variadic' => $param->variadic,
            ];
        }

        return [
            'visibility' => $method->isPrivate() ? 'private' : ($method->isProtected() ? 'protected' : 'public'),
            'static' => $method->isStatic(),
            'abstract' => $method->isAbstract() || null === $method->stmts,
            'final' => $method->isFinal(),
            'params' => $params,
            'returns' => $this->type($method->returnType),
            'documented' => self::docType($method->getDocComment()?->getText(), '@return', $names),
        ];
    }
}
