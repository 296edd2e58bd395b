<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

/**
 * The contract as a whole: find the uses, extract or load the facts, check.
 */
final class Contract
{
    /** The released tag that the facts of a version are made from: heads of branches have what no customer has. */
    public const RELEASES = ['5.1' => '5.1.8', '6.1' => '6.1.8', '7.0' => '7.0.4'];

    public const VERSIONS = ['5.1', '6.1', '7.0'];

    /** What a version lacks and php/ does without there, each with how. Whatever depends on it is not checked there. */
    public const ABSENT = [
        'Oro\Bundle\ConfigBundle\Validator\OutboundConnectionValidatorInterface' => [
            'versions' => ['5.1', '6.1'],
            'how' => 'an argument that is null where the service does not exist',
        ],
        'Oro\Bundle\EmailBundle\Provider\EmailAttachmentLoaderInterface' => [
            'versions' => ['5.1'],
            'how' => 'the container has no service that implements it',
        ],
        'Oro\Bundle\EmailBundle\Exception\EmailAttachmentNotFoundException' => [
            'versions' => ['5.1'],
            'how' => 'thrown only by the service that is absent',
        ],
        'oro_email.email_attachment_loader' => [
            'versions' => ['5.1'],
            'how' => 'the tag of the service that is absent',
        ],
    ];

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
     * @return list<string> classes and tags
     */
    public static function getAbsent(string $version): array
    {
        return array_keys(array_filter(
            self::ABSENT,
            static fn (array $absence): bool => \in_array($version, $absence['versions'], true)
        ));
    }

    /**
     * @return list<string> what does not fit
     */
    public function check(Facts $facts): array
    {
        return (new Checker($facts, new OwnSources($this->sources), self::getAbsent($facts->version)))->check($this->getUsages($facts));
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
