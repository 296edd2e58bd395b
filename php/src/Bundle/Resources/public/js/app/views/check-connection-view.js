import $ from 'jquery';
import __ from 'orotranslation/js/translator';
import routing from 'routing';
import mediator from 'oroui/js/mediator';
import BaseView from 'oroui/js/app/views/base/view';

const FIELDS = [
    'server', 'version', 'auth', 'login', 'password', 'oauth_token_url', 'oauth_client_id', 'oauth_client_secret', 'oauth_scope',
    'domains', 'ca_file', 'proxy', 'legacy_tls'
];

/**
 * The "Check connection" button of the configuration page. Knows no rules: the server answers.
 */
const CheckConnectionView = BaseView.extend({
    route: 'exchange_mail_check_connection',

    events: {
        'click [data-role="check"]': 'onCheck',
        'keydown [data-role="mailbox"]': 'onKeydown'
    },

    /**
     * @inheritdoc
     */
    constructor: function CheckConnectionView(options) {
        CheckConnectionView.__super__.constructor.call(this, options);
    },

    /**
     * Enter in the mailbox field checks, it does not save the page.
     */
    onKeydown(event) {
        if (event.key === 'Enter') {
            event.preventDefault();
            this.onCheck();
        }
    },

    onCheck() {
        const data = {mailbox: this.$('[data-role="mailbox"]').val()};
        FIELDS.forEach(name => {
            const $field = this.$el.closest('form').find(`[name$="[exchange_mail___${name}][value]"]`);
            data[name] = $field.is(':checkbox') ? ($field.is(':checked') ? '1' : '') : $field.val() || '';
        });

        mediator.execute('showLoading');
        $.ajax({
            type: 'POST',
            url: routing.generate(this.route),
            data,
            errorHandlerMessage: false,
            success: response => this.showMessage(response.successful, response.message),
            error: () => this.showMessage(false, __('exchange_mail.check_connection.no_answer')),
            complete: () => mediator.execute('hideLoading')
        });
    },

    showMessage(successful, message) {
        if (this.disposed) {
            return;
        }
        this.$('[data-role="message"]')
            .addClass('alert')
            .toggleClass('alert-success', successful)
            .toggleClass('alert-error', !successful)
            .text(message);
    }
});

export default CheckConnectionView;
