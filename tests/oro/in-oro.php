<?php

/**
 * Runs one function inside of the Oro in the current folder: php in-oro.php FUNCTION JSON. Prints JSON.
 *
 * For what a customer does on pages that are not ours, and what would take minutes there: contacts, users, switches.
 */

declare(strict_types=1);

use Oro\Bundle\ContactBundle\Entity\Contact;
use Oro\Bundle\ContactBundle\Entity\ContactEmail;
use Oro\Bundle\UserBundle\Entity\Email;
use Oro\Bundle\UserBundle\Entity\User;
use Symfony\Component\DependencyInjection\ContainerInterface;
use Symfony\Component\Dotenv\Dotenv;

$root = getcwd();
require $root . '/vendor/autoload.php';
(new Dotenv('ORO_ENV', 'ORO_DEBUG'))->setProdEnvs(['prod'])->bootEnv($root . '/.env-app', 'prod');
$kernel = new AppKernel('prod', false);
$kernel->boot();
$container = $kernel->getContainer();
[, $function, $json] = $argv;
$input = json_decode($json, true, 16, JSON_THROW_ON_ERROR);

$functions = [
    'users' => static function (ContainerInterface $container, array $rows): array {
        $manager = $container->get('oro_user.manager');
        $em = $container->get('doctrine')->getManagerForClass(User::class);
        $admin = $em->getRepository(User::class)->findOneBy([], ['id' => 'ASC']);
        $ids = [];
        foreach ($rows as $row) {
            $user = $em->getRepository(User::class)->findOneBy(['username' => $row['email']]) ?? $manager->createUser();
            $user->setUsername($row['email'])
                ->setEmail($row['email'])
                ->setFirstName($row['first'])
                ->setLastName($row['last'])
                ->setPlainPassword('Sesame-4711')
                ->setEnabled($row['enabled'] ?? true)
                ->setOwner($admin->getOwner())
                ->setOrganization($admin->getOrganization());
            $user->addOrganization($admin->getOrganization());
            foreach ($admin->getUserRoles() as $role) {
                $user->addUserRole($role);
            }
            foreach ($row['more'] ?? [] as $address) {
                $email = new Email();
                $email->setEmail($address);
                $user->addEmail($email);
            }
            $manager->updateUser($user);
            $ids[$row['email']] = $user->getId();
        }

        return $ids;
    },
    'contacts' => static function (ContainerInterface $container, array $rows): array {
        $em = $container->get('doctrine')->getManagerForClass(Contact::class);
        $admin = $container->get('doctrine')->getRepository(User::class)->findOneBy([], ['id' => 'ASC']);
        $ids = [];
        foreach ($rows as $row) {
            $contact = (new Contact())
                ->setFirstName($row['first'])
                ->setLastName($row['last'])
                ->setOwner($admin)
                ->setOrganization($admin->getOrganization());
            foreach ($row['emails'] as $number => $address) {
                $contact->addEmail((new ContactEmail($address))->setPrimary(0 === $number));
            }
            $em->persist($contact);
            $em->flush();
            $ids[$row['emails'][0]] = $contact->getId();
        }

        return $ids;
    },
    'enable' => static function (ContainerInterface $container, array $input): array {
        $em = $container->get('doctrine')->getManagerForClass(User::class);
        $user = $em->getRepository(User::class)->findOneBy(['username' => $input['email']]);
        $user->setEnabled($input['enabled']);
        $em->flush();

        return [];
    },
    'configure' => static function (ContainerInterface $container, array $settings): array {
        $config = $container->get('oro_config.global');
        foreach ($settings as $name => $value) {
            if ('exchange_mail.password' === $name) {
                $value = $container->get('oro_security.encoder.default')->encryptData($value);
            }
            $config->set($name, $value);
        }
        $config->flush();

        return [];
    },
    'modules' => static fn (): array => get_loaded_extensions(),
    // "Auto link attachments" of an entity's configuration page
    'link_attachments' => static function (ContainerInterface $container, array $input): array {
        $manager = $container->get('oro_entity_config.config_manager');
        $entity = $manager->getProvider('attachment')->getConfig(Contact::class);
        $entity->set('enabled', true);
        $entity->set('auto_link_attachments', $input['on']);
        $manager->persist($entity);
        $manager->flush();

        return [];
    },
];
echo json_encode($functions[$function]($container, $input), JSON_THROW_ON_ERROR);
