<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

use PhpParser\Node;
use PhpParser\NodeFinder;
use PhpParser\PrettyPrinter\Standard;

/**
 * Reads Doctrine's mapping of an Oro entity from its annotations or attributes.
 */
final class EntityReader
{
    public function __construct(private readonly ClassReader $reader = new ClassReader())
    {
    }

    /**
     * @return array{table: string|null, fields: array<string, string|null>} target class by field, null for plain columns
     */
    public function read(string $source): array
    {
        $statements = $this->reader->parse($source);
        $names = ClassReader::readImports($statements);
        $printer = new Standard();
        $class = (new NodeFinder())->findFirstInstanceOf($statements, Node\Stmt\ClassLike::class);
        $text = static fn (Node\Stmt\ClassLike|Node\Stmt\Property $node): string => $node->getDocComment()?->getText()
            . implode("\n", array_map(
                static fn (Node\AttributeGroup $group): string => $printer->prettyPrint([new Node\Stmt\Nop()])
                    . implode(' ', array_map(
                        static fn (Node\Attribute $attribute): string => '@' . $attribute->name->getLast() . '('
                            . implode(', ', array_map(
                                static fn (Node\Arg $arg): string => ($arg->name ? $arg->name . '=' : '')
                                    . $printer->prettyPrintExpr($arg->value),
                                $attribute->args
                            )) . ')',
                        $group->attrs
                    )),
                $node->attrGroups
            ));

        $fields = [];
        foreach ($class?->getProperties() ?? [] as $property) {
            $mapping = str_replace('ORM\\', '', $text($property));
            if (1 === preg_match('~@(?:One|Many)To(?:One|Many)\(~', $mapping)) {
                $target = 1 === preg_match('~targetEntity\s*=\s*["\']?\\\\?([\w\\\\]+)~', $mapping, $match) ? $match[1] : '';
                $fields[$property->props[0]->name->toString()] = str_contains($target, '\\')
                    ? $target
                    : $names[1][$target] ?? $names[0] . '\\' . $target;
            } elseif (str_contains($mapping, '@Column(')) {
                $fields[$property->props[0]->name->toString()] = null;
            }
        }
        $table = null === $class ? '' : str_replace('ORM\\', '', $text($class));

        return [
            'table' => 1 === preg_match('~@Table\(\s*(?:name\s*=\s*)?["\'](\w+)["\']~', $table, $match) ? $match[1] : null,
            'fields' => $fields,
        ];
    }
}
