<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Settings;

/**
 * What the service account signs in with. Keeps password and client secret out of dumps, casts, traces and serialization.
 */
final readonly class Credentials
{
    private \SensitiveParameterValue $password;
    private \SensitiveParameterValue $clientSecret;

    /**
     * @param string $tokenUrl https URL of the token endpoint, scheme OAuth only, as are the three after it
     */
    public function __construct(
        public LoginScheme $scheme = LoginScheme::Auto,
        public string $login = '',
        #[\SensitiveParameter] string $password = '',
        public string $tokenUrl = '',
        public string $clientId = '',
        #[\SensitiveParameter] string $clientSecret = '',
        public string $scope = ''
    ) {
        $this->password = new \SensitiveParameterValue($password);
        $this->clientSecret = new \SensitiveParameterValue($clientSecret);
    }

    /**
     * @return string who signs in, for messages: the login, or the application's id
     */
    public function getAccount(): string
    {
        return LoginScheme::OAuth === $this->scheme ? $this->clientId : $this->login;
    }

    /**
     * @return list<string> names of the settings that the scheme needs and that are empty
     */
    public function getMissing(): array
    {
        $given = $this->toArray();

        return array_values(array_filter($this->scheme->getNeeded(), static fn (string $name): bool => '' === $given[$name]));
    }

    /**
     * @return array<string, string> options of \ExchangeSync; what another scheme would need is left out
     */
    public function toEngineOptions(): array
    {
        $scheme = LoginScheme::Auto === $this->scheme ? [] : ['auth' => $this->scheme->value];

        return $scheme + array_intersect_key($this->toArray(), array_flip($this->scheme->getNeeded()));
    }

    public function revealPassword(): string
    {
        return $this->password->getValue();
    }

    public function revealClientSecret(): string
    {
        return $this->clientSecret->getValue();
    }

    /**
     * @return array<string, string> by the names that the settings share with the engine's options
     */
    private function toArray(): array
    {
        return [
            'login' => $this->login,
            'password' => $this->revealPassword(),
            'oauth_token_url' => $this->tokenUrl,
            'oauth_client_id' => $this->clientId,
            'oauth_client_secret' => $this->revealClientSecret(),
            'oauth_scope' => $this->scope,
        ];
    }
}
