import $ from 'jquery';
import BaseView from 'oroui/js/app/views/base/view';

const FAULTS = '.validation-error, .validation-failed';

/**
 * Shows of the configuration page what is needed: the fields of the chosen login scheme, and the advanced settings on demand.
 */
const ExchangeSettingsView = BaseView.extend({
    /** Name of the field whose value chooses. */
    schemeField: null,

    /** Names of the fields that each value shows; "other" stands for every value that is not named. */
    schemeFields: null,

    /** Name of one of the fields that are folded. */
    advancedField: null,

    optionNames: BaseView.prototype.optionNames.concat(['schemeField', 'schemeFields', 'advancedField']),

    /**
     * @inheritdoc
     */
    constructor: function ExchangeSettingsView(options) {
        ExchangeSettingsView.__super__.constructor.call(this, options);
    },

    /**
     * @inheritdoc
     */
    initialize(options) {
        ExchangeSettingsView.__super__.initialize.call(this, options);
        this.field(this.schemeField).on(`change${this.eventNamespace()}`, () => this.showSchemeFields());
        this.showSchemeFields();
        this.foldAdvanced();
    },

    field(name) {
        return this.$el.closest('form').find(`[name$="[${name}][value]"]`);
    },

    showSchemeFields() {
        const scheme = this.field(this.schemeField).val();
        const shown = this.schemeFields[scheme] || this.schemeFields.other;
        Object.values(this.schemeFields).flat().forEach(name => {
            this.field(name).closest('.control-group').toggle(shown.includes(name));
        });
    },

    foldAdvanced() {
        const $fieldset = this.field(this.advancedField).closest('fieldset');
        const $fields = $fieldset.find('.control-group-wrapper');
        const $title = $fieldset.find('.user-fieldset span').first();
        if (!$fields.length || !$title.length) {
            return;
        }

        const $toggle = $('<button/>', {'type': 'button', 'class': 'btn btn-link', 'text': $title.text()});
        const toggle = shown => {
            $fields.toggle(shown);
            $toggle.attr('aria-expanded', String(shown));
        };
        $toggle.on(`click${this.eventNamespace()}`, () => toggle(!$fields.is(':visible')));
        $title.empty().append($toggle);
        toggle($fields.find(FAULTS).length > 0);
    },

    /**
     * @inheritdoc
     */
    dispose() {
        if (this.disposed) {
            return;
        }
        const $form = this.$el.closest('form');
        $form.find('.user-fieldset button').off(this.eventNamespace());
        this.field(this.schemeField).off(this.eventNamespace());
        ExchangeSettingsView.__super__.dispose.call(this);
    }
});

export default ExchangeSettingsView;
