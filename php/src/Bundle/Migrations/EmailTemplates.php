<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Migrations;

use Doctrine\ORM\EntityManagerInterface;
use Doctrine\Persistence\ManagerRegistry;
use Oro\Bundle\EmailBundle\Entity\EmailTemplate;

/**
 * Tells the bundle's e-mail templates that nobody touched from those in which an administrator's work would be lost.
 */
final class EmailTemplates
{
    private const DIRECTORY = __DIR__ . '/Data/ORM/emails';
    private const SUFFIX = '.html.twig';

    public function __construct(private readonly ManagerRegistry $doctrine)
    {
    }

    /**
     * @return list<EmailTemplate> as they were installed, and with nothing that refers to them
     */
    public function getUntouched(): array
    {
        return array_values(array_filter($this->findAll(), $this->isUntouched(...)));
    }

    /**
     * @return list<EmailTemplate> edited, translated or chosen somewhere
     */
    public function getTouched(): array
    {
        return array_values(array_filter(
            $this->findAll(),
            fn (EmailTemplate $template): bool => !$this->isUntouched($template)
        ));
    }

    /**
     * @return list<EmailTemplate>
     */
    private function findAll(): array
    {
        $names = array_map(
            static fn (string $file): string => basename($file, self::SUFFIX),
            glob(self::DIRECTORY . '/*' . self::SUFFIX) ?: []
        );

        return $this->em()->getRepository(EmailTemplate::class)->findBy(['name' => $names], ['id' => 'ASC']);
    }

    private function isUntouched(EmailTemplate $template): bool
    {
        $source = (string)file_get_contents(self::DIRECTORY . '/' . $template->getName() . self::SUFFIX);

        return trim((string)$template->getContent()) === trim((string)preg_replace('~^@\w+ = .*\n~m', '', $source))
            && str_contains($source, '@subject = ' . $template->getSubject() . "\n")
            && !$this->isReferred($template);
    }

    /**
     * Translations and attachments of the template, notification rules, automatic replies, and what other bundles have.
     */
    private function isReferred(EmailTemplate $template): bool
    {
        foreach ($this->em()->getMetadataFactory()->getAllMetadata() as $metadata) {
            foreach ($metadata->isMappedSuperclass ? [] : $metadata->getAssociationNames() as $name) {
                if (
                    EmailTemplate::class === $metadata->getAssociationTargetClass($name)
                    && $metadata->isSingleValuedAssociation($name)
                    && !$metadata->isAssociationInverseSide($name)
                    && null !== $this->em()->getRepository($metadata->getName())->findOneBy([$name => $template])
                ) {
                    return true;
                }
            }
        }

        return false;
    }

    private function em(): EntityManagerInterface
    {
        return $this->doctrine->getManagerForClass(EmailTemplate::class);
    }
}
