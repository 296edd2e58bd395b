<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Command;

use ExchangeMail\Standalone\Configuration\ConfigurationProblem;
use ExchangeMail\Standalone\ExitCode;
use ExchangeMail\Standalone\Output\Json;
use ExchangeMail\Standalone\Output\PlainText;
use ExchangeMail\Standalone\Storage\Activity;
use ExchangeMail\Standalone\Storage\ActivityList;
use ExchangeMail\Standalone\Storage\Database;
use ExchangeMail\Standalone\Storage\Person;
use Symfony\Component\Console\Helper\Table;
use Symfony\Component\Console\Input\InputArgument;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;

/**
 * Shows a contact's history, as the CRM would. Needs neither extension nor server.
 */
final class ActivitiesCommand extends HostCommand
{
    private const NAME_WIDTH = 24;
    private const SUBJECT_WIDTH = 44;

    protected function configure(): void
    {
        parent::configure();
        $this->setName('activities')
            ->setDescription('Lists the stored e-mails of a contact or user, newest first; addresses in full with -v')
            ->addArgument('address', InputArgument::REQUIRED, 'One of the contact\'s or user\'s addresses')
            ->addOption('limit', null, InputOption::VALUE_REQUIRED, 'E-mails at most', '50')
            ->addOption('json', null, InputOption::VALUE_NONE, 'Print the result as JSON');
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        $limit = filter_var($input->getOption('limit'), FILTER_VALIDATE_INT, ['options' => ['min_range' => 1]]);
        if (false === $limit) {
            throw new ConfigurationProblem('--limit must be a whole number from 1.');
        }
        $address = (string) $input->getArgument('address');
        $database = Database::openToRead($this->configuration($input)->database);
        $list = null === $database ? null : new ActivityList($database);
        $owner = $list?->owner($address);
        $activities = null === $owner ? [] : $list->read($owner[0], $owner[1], $limit);
        if ($input->getOption('json')) {
            Json::write($output, [
                'kind' => $owner[0] ?? null,
                'id' => $owner[1] ?? null,
                'activities' => array_map(self::row(...), $activities),
            ]);

            return ExitCode::OK;
        }
        if (null === $owner) {
            $output->writeln(PlainText::line(
                "No e-mail of $address is stored. If it is in an address file since the last sync, run exchange-sync search $address."
            ));

            return ExitCode::OK;
        }
        $this->writeTable($output, $activities);
        $output->writeln(sprintf(
            '%d of %d e-mails of %s %d.',
            count($activities),
            $list->count($owner[0], $owner[1]),
            $owner[0],
            $owner[1]
        ));

        return ExitCode::OK;
    }

    /**
     * @param list<Activity> $activities
     */
    private function writeTable(OutputInterface $output, array $activities): void
    {
        $full = $output->isVerbose();
        $table = new Table($output);
        $table->setHeaders(['Time (UTC)', 'Direction', 'From', 'To', 'Subject', 'Attachments']);
        foreach ($activities as $activity) {
            $table->addRow([
                $activity->sent->format('Y-m-d H:i'),
                $activity->direction,
                PlainText::line($full ? $activity->from->fully() : $activity->from->shortly(), $full ? null : self::NAME_WIDTH),
                $this->recipients($activity, $full),
                PlainText::line($activity->subject, $full ? null : self::SUBJECT_WIDTH),
                implode("\n", array_map(PlainText::line(...), $activity->attachments)),
            ]);
        }
        $table->render();
    }

    private function recipients(Activity $activity, bool $full): string
    {
        $lines = [];
        foreach ($activity->recipients as $role => $people) {
            foreach ($people as $person) {
                $line = ('to' === $role ? '' : "$role: ") . ($full ? $person->fully() : $person->shortly());
                $lines[] = PlainText::line($line, $full ? null : self::NAME_WIDTH);
            }
        }

        return implode("\n", $lines);
    }

    /**
     * @return array<string, mixed>
     */
    private static function row(Activity $activity): array
    {
        return [
            'time' => $activity->sent->format(\DATE_RFC3339),
            'direction' => $activity->direction,
            'from' => $activity->from->fully(),
            ...array_map(
                static fn (array $people): array => array_map(static fn (Person $person): string => $person->fully(), $people),
                $activity->recipients
            ),
            'subject' => $activity->subject,
            'attachments' => $activity->attachments,
        ];
    }
}
