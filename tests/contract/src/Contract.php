<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

/**
 * The contract as a whole: find the uses, extract or load the facts, check.
 */
final class Contract
{
    public const VERSIONS = ['5.1', '6.1', '7.0'];

    private readonly string $sources;

    public function __construct(?string $sources = null)
    {
        $this->sources = $sources ?? \dirname(__DIR__, 3) . '/php/src';
    }

    public static function getFactsFile(string $version): string
    {
        return \dirname(__DIR__) . '/facts/' . $version . '.json';
    }

    /**
     * @return list<string> directories in ORO_PLATFORM_DIR
     */
    public static function getTrees(): array
    {
        return array_values(array_filter(explode(':', (string)getenv('ORO_PLATFORM_DIR'))));
    }

    public function extract(OroTree $tree): Facts
    {
        $extractor = new FactExtractor($tree, new TreeIndex($tree), new OwnSources($this->sources));

        return $extractor->extract((new UsageFinder($this->sources))->find($tree, $extractor->findTarget(...)));
    }

    /**
     * @return list<string> what does not fit
     */
    public function check(Facts $facts): array
    {
        return (new Checker($facts, new OwnSources($this->sources)))->check($this->getUsages($facts));
    }

    /**
     * @return list<Usage>
     */
    public function getUsages(Facts $facts): array
    {
        return (new UsageFinder($this->sources))->find(
            $facts,
            static fn (string $class, string $field): ?string => $facts->get('fields', $class . '::' . $field)
        );
    }
}
