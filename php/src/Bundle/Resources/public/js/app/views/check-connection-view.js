/**
 * The "Check connection" button of the configuration page, and the fold of its advanced settings. Knows no rules: the server answers.
 */
define(function(require) {
    'use strict';

    const $ = require('jquery');
    const __ = require('orotranslation/js/translator');
    const routing = require('routing');
    const mediator = require('oroui/js/mediator');
    const BaseView = require('oroui/js/app/views/base/view');

    const FIELDS = ['server', 'version', 'login', 'password', 'domains', 'ca_file'];

    const CheckConnectionView = BaseView.extend({
        route: 'exchange_mail_check_connection',

        advancedField: null,

        optionNames: BaseView.prototype.optionNames.concat(['advancedField']),

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
         * @inheritdoc
         */
        initialize: function(options) {
            CheckConnectionView.__super__.initialize.call(this, options);
            this.foldAdvanced();
        },

        /**
         * Enter in the mailbox field checks, it does not save the page.
         */
        onKeydown: function(event) {
            if (event.key === 'Enter') {
                event.preventDefault();
                this.onCheck();
            }
        },

        onCheck: function() {
            const data = {mailbox: this.$('[data-role="mailbox"]').val()};
            FIELDS.forEach(name => {
                data[name] = this.field('exchange_mail___' + name).val() || '';
            });

            mediator.execute('showLoading');
            $.ajax({
                type: 'POST',
                url: routing.generate(this.route),
                data: data,
                errorHandlerMessage: false,
                success: response => this.showMessage(response.successful, response.message),
                error: () => this.showMessage(false, __('exchange_mail.check_connection.no_answer')),
                complete: () => mediator.execute('hideLoading')
            });
        },

        showMessage: function(successful, message) {
            if (this.disposed) {
                return;
            }
            this.$('[data-role="message"]')
                .addClass('alert')
                .toggleClass('alert-success', successful)
                .toggleClass('alert-error', !successful)
                .text(message);
        },

        field: function(name) {
            return this.$el.closest('form').find('[name$="[' + name + '][value]"]');
        },

        foldAdvanced: function() {
            const $fieldset = this.field(this.advancedField).closest('fieldset');
            const $fields = $fieldset.find('.control-group-wrapper');
            const $title = $fieldset.find('.user-fieldset span').first();
            if (!$fields.length || !$title.length) {
                return;
            }

            const hasErrors = $fields.find('.validation-error, .validation-failed').length > 0;
            const $toggle = $('<button/>', {type: 'button', 'class': 'btn btn-link', text: $title.text()});
            const toggle = shown => {
                $fields.toggle(shown);
                $toggle.attr('aria-expanded', String(shown));
            };
            $toggle.on('click' + this.eventNamespace(), () => toggle(!$fields.is(':visible')));
            $title.empty().append($toggle);
            toggle(hasErrors);
        },

        /**
         * @inheritdoc
         */
        dispose: function() {
            if (this.disposed) {
                return;
            }
            this.$el.closest('form').find('.user-fieldset button').off(this.eventNamespace());
            CheckConnectionView.__super__.dispose.call(this);
        }
    });

    return CheckConnectionView;
});
