// Generated from /openapi.json: `npm run generate:client` writes it anew.

export interface paths {
    "/v1/admin-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List admin tokens */
        get: operations["listAdminTokens"];
        put?: never;
        /** Create an admin token */
        post: operations["createAdminToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin-tokens/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Revoke an admin token */
        post: operations["revokeAdminToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-document": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get what the API document is */
        get: operations["getWhatAPIDocumentIs"];
        /**
         * Set the API document
         * @description An OpenAPI document (3.0 or 3.1, JSON, up to 1 MiB, up to 500 operations) of the API behind the gateway, with paths as customers call them. In the portal each customer sees those of its operations that a route which it may call would take. Its `servers` are not read, and it refers to nothing outside itself.
         */
        put: operations["setAPIDocument"];
        post?: never;
        /** Remove the API document */
        delete: operations["removeAPIDocument"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-document/source": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the API document as it was given */
        get: operations["getAPIDocumentAsItWasGiven"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/attention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get what waits for an admin */
        get: operations["getWhatWaitsForAdmin"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List audit entries
         * @description Who did what to which subject, from where, and what it was before and after; newest first.
         */
        get: operations["listAuditEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billing-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the settings of invoices */
        get: operations["getSettingsOfInvoices"];
        /**
         * Replace the settings of invoices
         * @description They hold for invoices that are finalized from now on.
         */
        put: operations["replaceSettingsOfInvoices"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/branding": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the branding
         * @description What the business is called and looks like, to those who use its portal.
         */
        get: operations["getBranding"];
        /**
         * Replace the branding
         * @description Shown by the portal from its next page on, and below each letter.
         */
        put: operations["replaceBranding"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/branding/logo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Replace the logo
         * @description A small picture beside the name: PNG, JPEG or WebP, up to 32 KiB.
         */
        put: operations["replaceLogo"];
        post?: never;
        /** Take the logo away */
        delete: operations["takeLogoAway"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/coupons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List coupons */
        get: operations["listCoupons"];
        put?: never;
        /**
         * Create a coupon
         * @description Taken off invoices before tax: a percentage, or an amount of one currency.
         */
        post: operations["createCoupon"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/coupons/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one of coupons */
        get: operations["getOneOfCoupons"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Rename a coupon */
        patch: operations["renameCoupon"];
        trace?: never;
    };
    "/v1/coupons/{id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Archive one of coupons
         * @description No customer gets it any more; who has it keeps it.
         */
        post: operations["archiveOneOfCoupons"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credit-notes/{id}/html": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a credit note as html
         * @description The same document is the same bytes, while nothing is paid or credited.
         */
        get: operations["getCreditNoteAsHtml"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credit-notes/{id}/pdf": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a credit note as pdf
         * @description The same document is the same bytes, while nothing is paid or credited.
         */
        get: operations["getCreditNoteAsPdf"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customer-coupons/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a coupon from a customer
         * @description By the id that it has as the customer’s. Invoices to come are without it.
         */
        delete: operations["takeCouponFromCustomer"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customer-views": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * View the portal as a customer
         * @description For the signed-in admin who asks, for 30 minutes: reads of the customer side are answered, and every write of that session is refused (403 `view_only`) until it is ended.
         */
        post: operations["viewPortalAsCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customer-views/{id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End viewing as a customer */
        post: operations["endViewingAsCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List customers
         * @description `q` finds a part of the name or of the external id, or the id; `external_id` who has it.
         */
        get: operations["listCustomers"];
        put?: never;
        /** Create a customer */
        post: operations["createCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{customer_id}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a customer's keys */
        get: operations["listCustomersKeys"];
        put?: never;
        /**
         * Create a key
         * @description The secret is in this answer only; store it now.
         */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a customer */
        get: operations["getCustomer"];
        put?: never;
        post?: never;
        /**
         * Archive a customer
         * @description Its keys stop working; its history stays. Refused while a subscription is live.
         */
        delete: operations["archiveCustomer"];
        options?: never;
        head?: never;
        /**
         * Change a customer
         * @description `metadata` is replaced as a whole. `currency` changes only while there never was a subscription or an invoice in the one before, and no coupon of an amount.
         */
        patch: operations["changeCustomer"];
        trace?: never;
    };
    "/v1/customers/{id}/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get what a customer has to its credit
         * @description With the entries that it is the sum of, newest first.
         */
        get: operations["getWhatCustomerHasToItsCredit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}/balance/payouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pay out what a customer has to its credit
         * @description By hand, or as a refund of an invoice that it paid (`invoice_id`). All of it unless said.
         */
        post: operations["payOutWhatCustomerHasToItsCredit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}/coupons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a customer’s coupons */
        get: operations["listCustomersCoupons"];
        put?: never;
        /**
         * Give a customer a coupon
         * @description It is taken off invoices from now on.
         */
        post: operations["giveCustomerCoupon"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}/debt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get what a customer owes past its time */
        get: operations["getWhatCustomerOwesPastItsTime"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}/erasure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Preview the erasure of a customer
         * @description What would go, what is kept, and why it cannot be erased yet; or what went.
         */
        get: operations["previewErasureOfCustomer"];
        put?: never;
        /**
         * Erase a customer
         * @description For good: names, addresses, numbers for tax, metadata, members who belong to nobody else, letters, notices, logged requests and what Stripe has. Invoices, payments and usage stay, without names. `name` is that of the customer. Refused with `state_conflict` and each reason in `errors`; a second time changes nothing.
         */
        post: operations["eraseCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what happened to a customer
         * @description Plans, money, access, notices and deeds of admins in one order; newest first.
         */
        get: operations["listWhatHappenedToCustomer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export everything of a customer
         * @description A zip that is made as it is read, from one state of the database: CSV and JSON of what is stored about the customer, its invoices as pages, and a README. Never a secret of a key. `ledger=true` adds each row of the usage ledger, `pdf=true` the documents as PDF. An answer that breaks off is asked for again. It leaves an audit entry.
         */
        get: operations["exportEverythingOfCustomer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}/memberships": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List memberships */
        get: operations["listMemberships"];
        put?: never;
        /** Add a member */
        post: operations["addMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}/notice-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get where a customer’s e-mails go */
        get: operations["getWhereCustomersEmailsGo"];
        /**
         * Replace where a customer’s e-mails go
         * @description For notices from now on; the portal shows all of them whatever is set.
         */
        put: operations["replaceWhereCustomersEmailsGo"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}/plan-versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a customer’s own terms
         * @description Versions of plans that are for this customer alone, newest first.
         */
        get: operations["listCustomersOwnTerms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}/tax-rates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what a customer is taxed by */
        get: operations["listWhatCustomerIsTaxedBy"];
        /** Replace what a customer is taxed by */
        put: operations["replaceWhatCustomerIsTaxedBy"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}/test-clock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a customer’s test clock */
        get: operations["getCustomersTestClock"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}/test-clock/advance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move one customer’s time forward
         * @description Where TEST_CLOCK is on. What is this customer’s happens as it would by then: trials end, periods renew, quotas begin anew, invoices fall due, and its usage is dated by it. Others stay. It never goes back; it goes in whole minutes, up to one further than asked.
         */
        post: operations["moveOneCustomersTimeForward"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/disputes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List disputes
         * @description Payments that customers’ banks ask back, the newest first.
         */
        get: operations["listDisputes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erasure-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get how long documents of erased customers keep their name */
        get: operations["getHowLongDocumentsOfErasedCustomersKeepTheirName"];
        /**
         * Set how long documents of erased customers keep their name
         * @description What has lost its name has lost it for good. See what your tax law asks for.
         */
        put: operations["setHowLongDocumentsOfErasedCustomersKeepTheirName"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erasures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List erasures
         * @description Newest first. Keep it beside backups: what is restored is erased by it again.
         */
        get: operations["listErasures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/failed-jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List failed jobs
         * @description Jobs that failed after all their tries, newest first.
         */
        get: operations["listFailedJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/failed-jobs/{job_id}/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Discard a failed job
         * @description It is done no more; the audit trail keeps what it was.
         */
        post: operations["discardFailedJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/failed-jobs/{job_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry a failed job
         * @description It starts anew, with all its tries.
         */
        post: operations["retryFailedJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/figures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the figures of now
         * @description Currencies are never added up; what is unknown is null. docs/figures.md.
         */
        get: operations["getFiguresOfNow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/figures/recurring": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the monthly recurring revenue by plan */
        get: operations["getMonthlyRecurringRevenueByPlan"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/figures/recurring/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List plans with their monthly recurring revenue */
        get: operations["listPlansWithTheirMonthlyRecurringRevenue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/figures/recurring/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List subscriptions with their monthly recurring revenue */
        get: operations["listSubscriptionsWithTheirMonthlyRecurringRevenue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/figures/revenue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get revenue over time
         * @description Invoiced less credited, without tax, by the day (UTC) of the document.
         */
        get: operations["getRevenueOverTime"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/figures/revenue.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get revenue over time as CSV
         * @description Amounts are in minor units; `minor_digits` says how many digits those have.
         */
        get: operations["getRevenueOverTimeAsCSV"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/figures/unbilled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get what is on no invoice yet
         * @description By what invoices are made with, before coupons and taxes. Live.
         */
        get: operations["getWhatIsOnNoInvoiceYet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/figures/unbilled/customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List customers with what is on no invoice yet
         * @description All of them, the largest amounts of each currency first.
         */
        get: operations["listCustomersWithWhatIsOnNoInvoiceYet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gateways": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gateways and their boots */
        get: operations["gatewaysAndTheirBoots"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gateways/{gateway}/boots/{boot}/write-off": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write off a boot whose spool is lost
         * @description Nothing waits for this boot any more. Units it held stay used until their windows end; batches that turn up after all are recorded as late.
         */
        post: operations["writeOffBootWhoseSpoolIsLost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List invoices */
        get: operations["listInvoices"];
        put?: never;
        /**
         * Draft an invoice
         * @description Of lines of your own; the customer’s coupons and taxes are added. It has no number.
         */
        post: operations["draftInvoice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an invoice */
        get: operations["getInvoice"];
        put?: never;
        post?: never;
        /** Discard a draft */
        delete: operations["discardDraft"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/collection": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get what of an invoice is at Stripe
         * @description Its state there, how far refunds are, and whether a bank asks its money back.
         */
        get: operations["getWhatOfInvoiceIsAtStripe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/credit-notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Credit an invoice
         * @description All that is left of it, an amount (with tax), or amounts of its lines.
         */
        post: operations["creditInvoice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/dunning/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause dunning
         * @description No reminders, and the plan’s choice does not hold.
         */
        post: operations["pauseDunning"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/dunning/remind": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Remind now
         * @description Beside the reminders that come by themselves.
         */
        post: operations["remindNow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/dunning/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume dunning
         * @description Steps go on; the time of the pause does not count.
         */
        post: operations["resumeDunning"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/finalize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Finalize an invoice
         * @description It gets the next number and stays as it is from then on. One that whoever collects cannot take is refused (409 `not_collectable`), unless `uncollected` says that it is to be paid another way.
         */
        post: operations["finalizeInvoice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/html": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an invoice as html
         * @description The same document is the same bytes, while nothing is paid or credited.
         */
        get: operations["getInvoiceAsHtml"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List payments of an invoice */
        get: operations["listPaymentsOfInvoice"];
        put?: never;
        /**
         * Record a payment
         * @description That came, in full or in part, or that went back (`kind` refund).
         */
        post: operations["recordPayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/pdf": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an invoice as pdf
         * @description The same document is the same bytes, while nothing is paid or credited.
         */
        get: operations["getInvoiceAsPdf"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/set-off": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set off credit against an invoice
         * @description What the customer has to its credit, against an invoice that is to be paid.
         */
        post: operations["setOffCreditAgainstInvoice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/uncollectible": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mark an invoice uncollectible
         * @description Nobody will pay it; money that comes is still taken.
         */
        post: operations["markInvoiceUncollectible"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/void": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mark an invoice void
         * @description It should not have been. What it billed does not come again.
         */
        post: operations["markInvoiceVoid"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{invoice_id}/lines/{position}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the ledger entries of a usage line */
        get: operations["listLedgerEntriesOfUsageLine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{invoice_id}/lines/{position}/hours": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the hours of a usage line
         * @description From the entries of the ledger that it bills; together they are its quantity.
         */
        get: operations["listHoursOfUsageLine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{invoice_id}/lines/{position}/minutes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the minutes of a usage line */
        get: operations["listMinutesOfUsageLine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List kinds of jobs
         * @description Work that is done apart from requests: what waits, what runs, what failed.
         */
        get: operations["listKindsOfJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a key */
        get: operations["getKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change a key */
        patch: operations["changeKey"];
        trace?: never;
    };
    "/v1/keys/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Disable a key
         * @description Refused by every gateway within a second, until it is enabled.
         */
        post: operations["disableKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enable a key
         * @description It is taken again as before. One that is not disabled stays as it is.
         */
        post: operations["enableKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke a key
         * @description For ever, at every gateway within a second. Revoking it again changes nothing.
         */
        post: operations["revokeKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a key anew
         * @description The new key is like this one and has a secret of its own, in this answer only; this one ends after the grace.
         */
        post: operations["makeKeyAnew"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/memberships/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a member
         * @description A customer keeps at least one owner.
         */
        delete: operations["removeMember"];
        options?: never;
        head?: never;
        /** Change the role of a member */
        patch: operations["changeRoleOfMember"];
        trace?: never;
    };
    "/v1/meters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List meters */
        get: operations["listMeters"];
        put?: never;
        /** Create a meter */
        post: operations["createMeter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/meters/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a meter */
        get: operations["getMeter"];
        put?: never;
        post?: never;
        /**
         * Delete a meter
         * @description Refused once a route, a price or an entitlement has named it.
         */
        delete: operations["deleteMeter"];
        options?: never;
        head?: never;
        /**
         * Rename a meter, or archive it
         * @description Its slug, unit and decimal places never change. Nothing new can name an archived meter; plans that name it go on. Refused (409) while a route counts on it. `archived: false` takes it back.
         */
        patch: operations["renameMeterOrArchiveIt"];
        trace?: never;
    };
    "/v1/meters/{id}/uses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get what uses a meter
         * @description Routes that count on it, prices and quotas of drafts and published versions that name it (the newest hundred of each), and values of the last `days` that upstreams did not say.
         */
        get: operations["getWhatUsesMeter"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List notices
         * @description What customers were told, and what became of each e-mail; newest first.
         */
        get: operations["listNotices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plan-moves": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List moves of everybody on a plan version
         * @description Newest first, each with how far it is.
         */
        get: operations["listMovesOfEverybodyOnPlanVersion"];
        put?: never;
        /**
         * Move everybody on a plan version to another
         * @description Each live subscription that is on it now, one after the other, as by its own step `change`: in a transaction and with an audit entry of its own, in which `part_of` names the move. It is done apart from this. One that is refused is kept with the reason and holds up no other. One move from a version runs at a time.
         */
        post: operations["moveEverybodyOnPlanVersionToAnother"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plan-moves/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a move of everybody
         * @description How far it is.
         */
        get: operations["getMoveOfEverybody"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plan-moves/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a move of everybody
         * @description Nobody is moved after the answer; whoever was moved, or set to be, stays so.
         */
        post: operations["cancelMoveOfEverybody"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plan-moves/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Retry what failed of a move of everybody */
        post: operations["retryWhatFailedOfMoveOfEverybody"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plan-moves/{id}/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what became of each in a move of everybody */
        get: operations["listWhatBecameOfEachInMoveOfEverybody"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plan-moves/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview a move of everybody
         * @description Whom it would be about. What it comes to for one is told by the preview of a step.
         */
        post: operations["previewMoveOfEverybody"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plan-versions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a plan version */
        get: operations["getPlanVersion"];
        /**
         * Replace a draft
         * @description All its prices and entitlements; a published version stays as it is.
         */
        put: operations["replaceDraft"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plan-versions/{id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Archive a published version
         * @description Nobody new can subscribe to it; who is on it stays.
         */
        post: operations["archivePublishedVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plan-versions/{id}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compare a plan version
         * @description With another version of its plan: the one before it unless `from` names one.
         */
        get: operations["comparePlanVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plan-versions/{id}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Publish a draft
         * @description It can be subscribed to and never changes again. Refused (409 meter_archived) while it names a meter that was archived meanwhile: take that back, or take it out of the draft.
         */
        post: operations["publishDraft"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List plans */
        get: operations["listPlans"];
        put?: never;
        /** Create a plan */
        post: operations["createPlan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plans/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a plan */
        get: operations["getPlan"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a plan
         * @description One plan at most is the self-serve default: marking one takes it from another.
         */
        patch: operations["changePlan"];
        trace?: never;
    };
    "/v1/plans/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Draft the next version of a plan */
        post: operations["draftNextVersionOfPlan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/prices/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview a price
         * @description What a price would come to, by the calculation that invoices use, with how it comes about. Nothing is kept.
         */
        post: operations["previewPrice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quota-overrides": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List raised quotas
         * @description Of all customers, newest first: what holds, and what has ended.
         */
        get: operations["listRaisedQuotas"];
        put?: never;
        /**
         * Raise a quota of one customer
         * @description Beyond what its plan and add-ons come to, until `ends_at` or until it is ended. Gateways hear of it within a second, and the customer gets a notice. Of one quota one override holds: another limit or end is a new one that names in `replaces` the one that holds (409 else). A larger limit of another plan holds all the same.
         */
        post: operations["raiseQuotaOfOneCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quota-overrides/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a raised quota */
        get: operations["getRaisedQuota"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quota-overrides/{id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a raised quota
         * @description What the plan and add-ons come to holds again. Gateways give back what they hold beyond it within a second; what was used of the window stays used.
         */
        post: operations["endRaisedQuota"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quota-requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List requests for larger quotas
         * @description What customers asked for in the portal, newest first.
         */
        get: operations["listRequestsForLargerQuotas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quota-requests/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a request for a larger quota */
        get: operations["getRequestForLargerQuota"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quota-requests/{id}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answer a request for a larger quota
         * @description Once. The customer gets a notice with the decision and the words. With `raise` the quota is raised in the same transaction, as by `POST /v1/quota-overrides`, in the place of what raised it before; without it nothing is raised: give the customer another plan, or an add-on.
         */
        post: operations["answerRequestForLargerQuota"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quota-windows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Open quota windows: of all customers, of one, or of a boot
         * @description With what each boot of each gateway holds of them. Of a boot those are listed of which it holds units that are neither returned nor settled.
         */
        get: operations["openQuotaWindowsOfAllCustomersOfOneOrOfBoot"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List reconciliations
         * @description What the books said when they were compared, newest first.
         */
        get: operations["listReconciliations"];
        put?: never;
        /**
         * Compare the books now
         * @description Gateway counts = ledger = rated = invoiced = Stripe. It is done apart from this.
         */
        post: operations["compareBooksNow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a reconciliation */
        get: operations["getReconciliation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations/{id}/differences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List differences of a reconciliation */
        get: operations["listDifferencesOfReconciliation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations/{id}/differences.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the differences of a reconciliation as CSV
         * @description All that are named: at most 1,000 of each stage.
         */
        get: operations["getDifferencesOfReconciliationAsCSV"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations/{id}/differences/{position}/rows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the rows behind a difference
         * @description As they are now: boots, lines, payments, credit notes, what Stripe has.
         */
        get: operations["listRowsBehindDifference"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations/{id}/repairs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Repair a difference
         * @description Nothing is repaired by itself. It is done apart from this.
         */
        post: operations["repairDifference"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations/{id}/totals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what each book has, by customer and month
         * @description As it was when the books were compared; what differs comes first.
         */
        get: operations["listWhatEachBookHasByCustomerAndMonth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recovery": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The last time the database went back, and what it waits for
         * @description After a restore, or a failover that lost commits, hard quotas are not lent until every boot of before has shipped what it recorded, or is written off.
         */
        get: operations["lastTimeDatabaseWentBackAndWhatItWaitsFor"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/retention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get how long what grows is kept
         * @description The settings, what rounds took away, and how far the ledger reaches.
         */
        get: operations["getHowLongWhatGrowsIsKept"];
        /**
         * Set how long what grows is kept
         * @description In days; null: for good. A round each night takes away what is older, but nothing that an open period, an unpaid or disputed invoice or a comparison of the books still reads.
         */
        put: operations["setHowLongWhatGrowsIsKept"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List routes */
        get: operations["listRoutes"];
        put?: never;
        /**
         * Create a route
         * @description Gateways serve it within a second. Refused when an active route matches alike.
         */
        post: operations["createRoute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a route */
        get: operations["getRoute"];
        put?: never;
        post?: never;
        /** Delete a route */
        delete: operations["deleteRoute"];
        options?: never;
        head?: never;
        /**
         * Change a route
         * @description Makes a new version; usage names the version it was served under.
         */
        patch: operations["changeRoute"];
        trace?: never;
    };
    "/v1/routes/{id}/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a route's upstreams do
         * @description Each gateway sees by itself, and tells every few seconds: whether its circuit breaker has taken an upstream out, and what its health checks say. What is null is not known.
         */
        get: operations["howRoutesUpstreamsDo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routes/{id}/value-faults": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Values that a route's metering could not read
         * @description Billed requests whose value in the response was missing or bad; the fallback was charged.
         */
        get: operations["valuesThatRoutesMeteringCouldNotRead"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routes/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the versions of a route
         * @description Also of a deleted one.
         */
        get: operations["listVersionsOfRoute"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routes/trial": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test a path
         * @description What a gateway would do with a request, by the code that decides there: the route, what its upstreams are asked for, what it counts and what limits it, or why it is refused. Nothing is sent or kept; how much of a limit is used up is not asked.
         */
        post: operations["testPath"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List secrets
         * @description Their names, never their texts.
         */
        get: operations["listSecrets"];
        put?: never;
        /**
         * Create a secret
         * @description A text that only upstreams may see. It is stored sealed, and in no answer.
         */
        post: operations["createSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/secrets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a secret
         * @description Its name and who uses it, never its text.
         */
        get: operations["getSecret"];
        put?: never;
        post?: never;
        /**
         * Delete a secret
         * @description Refused while a route uses it.
         */
        delete: operations["deleteSecret"];
        options?: never;
        head?: never;
        /**
         * Replace the text of a secret
         * @description Gateways send the new one within a second.
         */
        patch: operations["replaceTextOfSecret"];
        trace?: never;
    };
    "/v1/stripe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get how Stripe is told and tells
         * @description Its mode, whether it takes the key, what waits on either way.
         */
        get: operations["getHowStripeIsToldAndTells"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stripe/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List events of Stripe’s
         * @description As Stripe told them, newest first, with what became of each.
         */
        get: operations["listEventsOfStripes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stripe/events/{event_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Follow an event again
         * @description One that failed; what it is about is read anew.
         */
        post: operations["followEventAgain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stripe/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List customers of whom Stripe is to be told
         * @description Who waits longest comes first.
         */
        get: operations["listCustomersOfWhomStripeIsToBeTold"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stripe/queue/{customer_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell Stripe of a customer now
         * @description Also where no further try was to come. Nothing is made twice by it.
         */
        post: operations["tellStripeOfCustomerNow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List subscriptions */
        get: operations["listSubscriptions"];
        put?: never;
        /**
         * Subscribe a customer
         * @description To a published version in its currency; one live subscription a customer.
         */
        post: operations["subscribeCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a subscription */
        get: operations["getSubscription"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/add-ons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a subscription’s add-ons
         * @description Those it has, had, or will have, oldest first. The step `add_on` changes them.
         */
        get: operations["listSubscriptionsAddons"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a subscription now
         * @description Nothing is given back; the step `cancel` has other ways.
         */
        post: operations["cancelSubscriptionNow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/change": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move to another plan version
         * @description Now unless `at` says otherwise: what was paid ahead for the rest of the period is credited, and what the new version costs for it is charged. Used units carry over; periods and a trial stay as they were, but for a version whose periods have another length: there one begins anew.
         */
        post: operations["moveToAnotherPlanVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/pending-change": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Withdraw what is pending
         * @description A cancel to come is taken back, or a change, a pause or a resumption.
         */
        delete: operations["withdrawWhatIsPending"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview a step
         * @description What a step would come to, by the calculation that executes and bills it: fees due now and with the next invoice, usage so far with its minimums as if nothing more were used, less coupons, with taxes, less what is to the customer’s credit.
         */
        post: operations["previewStep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/steps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a step
         * @description Change, cancel, pause or resume, now or later; or so many of an add-on from now on. While it is paused requests are refused and nothing is owed; periods go on. One thing at most is pending: the same kind takes its place, and a cancel takes any.
         */
        post: operations["takeStep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a subscription’s timeline
         * @description What happened to it, newest first, and what each came to.
         */
        get: operations["getSubscriptionsTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tax-rates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List tax rates */
        get: operations["listTaxRates"];
        put?: never;
        /**
         * Create a tax rate
         * @description Its percentage never changes: another one is another rate.
         */
        post: operations["createTaxRate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tax-rates/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one of tax rates */
        get: operations["getOneOfTaxRates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Rename a tax rate */
        patch: operations["renameTaxRate"];
        trace?: never;
    };
    "/v1/tax-rates/{id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Archive one of tax rates
         * @description No customer gets it any more; who has it keeps it.
         */
        post: operations["archiveOneOfTaxRates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test-clock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the test clock */
        get: operations["getTestClock"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test-clock/advance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move the test clock forward
         * @description Where TEST_CLOCK is on. Everything happens as it would by then: trials end, periods renew, quotas begin anew, gateways date requests by it. It never goes back.
         */
        post: operations["moveTestClockForward"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Usage over time
         * @description Of one customer, or of all together. Steps without usage are left out.
         */
        get: operations["usageOverTime"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Gateways' own counts against the ledger
         * @description Every gateway carries running counts beside its batches. Where they differ from the ledger, usage was lost or added on the way: each difference is named, by boot.
         */
        get: operations["gatewaysOwnCountsAgainstLedger"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Batches that could not be read */
        get: operations["batchesThatCouldNotBeRead"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/dead-letters/{gateway}/{boot}/{sequence}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The bytes of a dead letter */
        get: operations["bytesOfDeadLetter"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/dead-letters/{gateway}/{boot}/{sequence}/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a dead letter up
         * @description Its usage is lost then: it stays whole in its place, and a gap says so.
         */
        post: operations["giveDeadLetterUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/dead-letters/{gateway}/{boot}/{sequence}/record": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Record a dead letter after all
         * @description For a core that can read it by now. Its usage comes late, once, and counts against the quotas it was spent from.
         */
        post: operations["recordDeadLetterAfterAll"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ledger rows of a customer
         * @description With the `roll` of a total: exactly the rows that made it up.
         */
        get: operations["ledgerRowsOfCustomer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/gaps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Usage known to be lost or unreadable
         * @description Nothing is dropped silently: what a gateway could not read or ship has a row here.
         */
        get: operations["usageKnownToBeLostOrUnreadable"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List users */
        get: operations["listUsers"];
        put?: never;
        /** Create a user */
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a user */
        get: operations["getUser"];
        put?: never;
        post?: never;
        /** Delete a user */
        delete: operations["deleteUser"];
        options?: never;
        head?: never;
        /** Change a user */
        patch: operations["changeUser"];
        trace?: never;
    };
    "/v1/users/{id}/two-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take the second factor off a user
         * @description For who has lost the app and the recovery codes: make sure first that it is they. They are told by a letter.
         */
        delete: operations["takeSecondFactorOffUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AdminToken: {
            /** Format: date-time */
            created_at: string;
            created_by: string;
            /** Format: date-time */
            expires_at: string | null;
            id: string;
            /** Format: date-time */
            last_used_at: string | null;
            last4: string;
            name: string;
            /** Format: date-time */
            revoked_at: string | null;
            scopes: ("admin" | "read" | "sync")[];
            /** @enum {string} */
            state: "active" | "revoked" | "expired";
        };
        ApiDocument: {
            bytes: number;
            operations: number;
            title: string;
            unrouted: {
                method: string;
                path: string;
            }[];
            /** Format: date-time */
            updated_at: string;
            version: string;
        };
        ApiReference: {
            document: {
                description: string;
                title: string;
                version: string;
            } | null;
            gateway_url: string;
            operations: {
                body: {
                    content_type: string;
                    description: string;
                    example: string;
                    required: boolean;
                } | null;
                /** @enum {string} */
                console: "open" | "no_cors" | "other_host";
                deprecated: boolean;
                description: string;
                /** @enum {string} */
                method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS";
                parameters: {
                    description: string;
                    example: string;
                    /** @enum {string} */
                    in: "path" | "query" | "header";
                    name: string;
                    required: boolean;
                    type: string;
                    values: string[];
                }[];
                path: string;
                public: boolean;
                responses: {
                    description: string;
                    status: string;
                }[];
                route: {
                    id: string;
                    name: string;
                };
                summary: string;
                tag: string;
                url: string;
            }[];
        };
        Attention: {
            books: {
                differing: number;
                /** Format: date-time */
                ended_at: string;
                id: string;
                /** @enum {string} */
                state: "running" | "clean" | "different" | "failed";
            } | null;
            ledger_days_ahead: number | null;
            quota_requests: number;
            stripe: {
                disputes: number;
                /** Format: date-time */
                key_refused_since: string | null;
                not_collected: number;
                stuck: number;
            } | null;
        };
        AuditEntry: {
            action: string;
            actor_id: string;
            /** @enum {string} */
            actor_kind: "token" | "user" | "system";
            address: string | null;
            /** Format: date-time */
            at: string;
            changes: {
                after: {
                    [key: string]: unknown;
                } | null;
                before: {
                    [key: string]: unknown;
                } | null;
                row_id: string;
                table: string;
            }[];
            /** Format: date-time */
            clock_at: string | null;
            detail: {
                [key: string]: unknown;
            };
            id: string;
            request_id: string | null;
            subject_id: string;
        };
        Balance: {
            amount: string;
            currency: string;
            data: components["schemas"]["BalanceEntry"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        BalanceEntry: {
            amount: string;
            /** Format: date-time */
            created_at: string;
            credit_note_id: string | null;
            currency: string;
            id: string;
            invoice_id: string | null;
            /** @enum {string} */
            kind: "grant" | "use" | "credit_note" | "void" | "overpaid" | "set_off" | "payout" | "payout_return";
            method: string | null;
            reference: string | null;
        };
        BillingSettings: {
            /** @default 14 */
            debt_grace_days: number;
            due_days: number;
            footer: string;
            grace_minutes: number;
            issuer: string;
            /**
             * @default [
             *       3,
             *       7
             *     ]
             */
            reminder_days: number[];
            /** @enum {string} */
            zero_amount: "issue" | "skip";
        };
        BootState: {
            boot: string;
            /** Format: date-time */
            ended_at: string | null;
            in_doubt: number;
            /** @description Age of the watermark, or of the boot before its first. Below zero the boot has vouched for time that is still to come: the clock of billing-core was set back. */
            lag_ms: number | null;
            /** Format: date-time */
            last_seen_at: string;
            next_sequence: number;
            spool: components["schemas"]["SpoolState"];
            /** Format: date-time */
            started_at: string;
            /** @enum {string} */
            state: "live" | "sealed" | "forfeited" | "written_off";
            version: string;
            /** Format: date-time */
            watermark: string | null;
        };
        Branding: {
            /** @description The portal shows it as light or dark as can be read */
            accent: string | null;
            /** @description Null: Tollgate */
            name: string | null;
            support: string | null;
        };
        Collection: {
            disputes: components["schemas"]["Dispute"][];
            refundable: string;
            refunds: {
                payment_id: string;
                /** @enum {string} */
                state: "pending" | "succeeded" | "failed";
                stripe_id: string | null;
            }[];
            stripe: {
                failure: string;
                hosted_url: string | null;
                id: string;
                status: string;
                url: string | null;
            } | null;
            trouble: string;
        };
        Collector: {
            card: {
                brand: string;
                exp_month: number;
                exp_year: number;
                last4: string;
            } | null;
            is_simulated: boolean;
            is_test: boolean;
            /** @enum {string} */
            kind: "manual" | "stripe";
        };
        CountsDifference: {
            boots: {
                boot: string;
                counted: {
                    billable_quantity: string;
                    quantity: string;
                    requests: string;
                };
                gateway: string;
                ledger: {
                    billable_quantity: string;
                    quantity: string;
                    requests: string;
                };
            }[];
            counted: {
                billable_quantity: string;
                quantity: string;
                requests: string;
            };
            customer_id: string;
            /** Format: date */
            day: string;
            ledger: {
                billable_quantity: string;
                quantity: string;
                requests: string;
            };
            meter_id: string;
        };
        Coupon: {
            amount_off: string | null;
            /** Format: date-time */
            created_at: string;
            currency: string | null;
            id: string;
            invoices: number | null;
            name: string;
            percent_off: string | null;
            /** Format: date-time */
            redeem_by: string | null;
            redemptions: number;
            redemptions_max: number | null;
            slug: string;
            /** @enum {string} */
            state: "active" | "archived";
        };
        CreatedKey: {
            /** Format: date-time */
            created_at: string;
            created_by: string;
            /** Format: date-time */
            disabled_at: string | null;
            /** Format: date-time */
            expires_at: string | null;
            id: string;
            ip_allow: string[];
            ip_deny: string[];
            /** Format: date-time */
            last_used_at: string | null;
            last4: string;
            /** @enum {string} */
            mode: "live" | "test";
            name: string;
            prefix: string;
            /** Format: date-time */
            revoked_at: string | null;
            route_ids: string[];
            scopes: string[];
            secret: string;
            /** @enum {string} */
            state: "active" | "disabled" | "revoked" | "expired";
        };
        CreditNote: {
            /** Format: date-time */
            created_at: string;
            currency: string;
            id: string;
            invoice_id: string;
            lines: {
                amount: string;
                position: number;
                tax: string;
            }[];
            number: string;
            off_due: string;
            reason: string;
            refundable: string;
            tax: string;
            to_balance: string;
            total: string;
        };
        Customer: {
            billing_address: string;
            billing_zone: string;
            clock_ms: number;
            /** Format: date-time */
            created_at: string;
            currency: string;
            external_id: string | null;
            id: string;
            key_scopes: string[];
            metadata: {
                [key: string]: string;
            };
            name: string;
            /** @enum {string} */
            state: "active" | "archived";
            tax_number: string;
        };
        CustomerClock: {
            ahead_ms: number;
            enabled: boolean;
            /** Format: date-time */
            now: string;
            /** @enum {string} */
            status: "advancing" | "ready";
        };
        CustomerCoupon: {
            coupon: components["schemas"]["Coupon"];
            customer_id: string;
            /** Format: date-time */
            ended_at: string | null;
            id: string;
            /** Format: date-time */
            starts_at: string;
        };
        CustomerEvent: {
            amount: string | null;
            /** Format: date-time */
            at: string;
            currency: string | null;
            id: string;
            /** @enum {string} */
            kind: "customer.created" | "subscription.phase" | "subscription.ended" | "add_on.began" | "add_on.ended" | "coupon.given" | "coupon.ended" | "invoice.finalized" | "invoice.paid" | "invoice.ended" | "credit_note.created" | "payment.payment" | "payment.refund" | "dunning.step" | "key.created" | "key.revoked" | "member.joined" | "notice.told" | "admin.deed";
            name: string;
            note: string;
            subject_id: string;
            /** @enum {string} */
            topic: "plan" | "money" | "access" | "notice" | "admin";
        };
        CustomerTotals: {
            currency: string;
            customer: {
                id: string;
                name: string;
            };
            differing: number;
            period: string;
            stages: {
                here: string;
                /** @enum {string} */
                stage: "ledger" | "rated" | "invoiced" | "stripe";
                there: string;
            }[];
        };
        CustomerView: {
            /** Format: date-time */
            began_at: string;
            customer: {
                id: string;
                name: string;
            };
            /** Format: date-time */
            ends_at: string;
            id: string;
        };
        DeadLetter: {
            boot: string;
            bytes: number;
            /** Format: date-time */
            created_at: string;
            gateway: string;
            note: string | null;
            reason: string;
            /** @enum {string|null} */
            resolution: "recorded" | "discarded" | null;
            /** Format: date-time */
            resolved_at: string | null;
            sequence: number;
            sha256: string;
        };
        DeadLetterResolution: {
            boot: string;
            gateway: string;
            /** @enum {string} */
            resolution: "recorded" | "discarded";
            sequence: number;
        };
        Debt: {
            currency: string;
            due: string;
            /** @enum {string} */
            effect: "none" | "limit" | "block";
            invoices: {
                due: string;
                /** Format: date-time */
                due_at: string;
                id: string;
                is_paused: boolean;
                next: {
                    /** Format: date-time */
                    at: string;
                    /** @enum {string} */
                    kind: "past_due" | "reminder" | "effect";
                } | null;
                number: string;
                /** @enum {string} */
                state: "open" | "uncollectible";
            }[];
            /** Format: date-time */
            owed_since: string | null;
        };
        Difference: {
            customer: {
                id: string;
                name: string;
            } | null;
            detail: {
                [key: string]: string;
            };
            here: string;
            /** @enum {string} */
            kind: "counts" | "quantity" | "rounding" | "sum" | "missing_there" | "unknown_here" | "twice_there" | "total" | "paid" | "refunded" | "credited" | "remaining" | "overpaid" | "paid_though_void" | "state";
            period: string | null;
            position: number;
            /** @enum {string|null} */
            repair: "tell_again" | "read_again" | "void_double" | "refund_over" | "credit_over" | "refund_void" | "credit_rest" | null;
            repair_said: string;
            /** Format: date-time */
            repaired_at: string | null;
            repairing: boolean;
            repairs: ("tell_again" | "read_again" | "void_double" | "refund_over" | "credit_over" | "refund_void" | "credit_rest")[];
            /** @enum {string} */
            stage: "ledger" | "rated" | "invoiced" | "stripe";
            subject_id: string;
            there: string;
        };
        Dispute: {
            amount: string;
            /** Format: date-time */
            closed_at: string | null;
            currency: string;
            customer: {
                id: string;
                name: string;
            };
            /** Format: date-time */
            evidence_due_by: string | null;
            has_evidence: boolean;
            id: string;
            invoice: {
                id: string;
                number: string;
            };
            /** Format: date-time */
            opened_at: string;
            payment_id: string | null;
            reason: string;
            /** @enum {string} */
            state: "open" | "won" | "lost" | "closed";
            status: string;
            url: string | null;
        };
        Dunning: {
            acted: boolean;
            next: {
                /** Format: date-time */
                at: string;
                /** @enum {string} */
                kind: "past_due" | "reminder" | "effect";
            } | null;
            /** Format: date-time */
            owed_since: string;
            /** @enum {string} */
            state: "running" | "paused" | "ended";
            steps: components["schemas"]["DunningStep"][];
        } | null;
        DunningStep: {
            /** @enum {string|null} */
            action: "keep" | "limit" | "block" | null;
            after_days: number | null;
            /** @enum {string} */
            kind: "past_due" | "reminder" | "effect" | "asked_reminder" | "paused" | "resumed" | "ended";
            /** Format: date-time */
            taken_at: string;
            tells: boolean;
        };
        Entitlement: {
            /** @enum {string} */
            enforcement: "hard" | "soft" | "unlimited";
            id: string;
            /** @enum {string} */
            kind: "quota";
            limit: string | null;
            meter_id: string;
            /** @enum {string} */
            on_unreachable: "admit" | "refuse";
            /** @enum {string} */
            scope: "customer" | "key";
            /** @enum {string} */
            window: "minute" | "hour" | "day" | "month" | "billing_period";
        } | {
            burst: number;
            id: string;
            /** @enum {string} */
            kind: "rate_limit";
            /** @enum {string} */
            on_unreachable: "admit" | "refuse";
            rate_per_second: string;
        } | {
            feature: string;
            id: string;
            /** @enum {string} */
            kind: "feature";
        } | {
            id: string;
            /** @enum {string} */
            kind: "included_units";
            meter_id: string;
            units: string;
        };
        Erasure: {
            counts: {
                [key: string]: number;
            };
            customer_id: string;
            /** Format: date-time */
            erased_at: string;
            id: string;
            /** Format: date-time */
            whole_at: string | null;
        };
        ErasurePreview: {
            customer: {
                id: string;
                name: string;
            };
            erased: {
                [key: string]: number;
            };
            /** Format: date-time */
            erased_at: string | null;
            kept: {
                [key: string]: number;
            };
            objections: {
                detail: string;
                /** @enum {string} */
                reason: "not_archived" | "open_invoices" | "draft_invoices" | "credit_left" | "usage_not_closed" | "open_disputes" | "stripe_not_told" | "money_owed_back";
            }[];
        };
        ErasureSettings: {
            keep_documents_days: number;
        };
        FailedJob: {
            data: {
                [key: string]: string;
            };
            /** Format: date-time */
            failed_at: string;
            id: string;
            name: string;
            reason: string;
            tries: number;
        };
        FailedJobDecision: {
            /** @enum {string} */
            decision: "retried" | "discarded";
            id: string;
            name: string;
        };
        Fee: {
            amount: string;
            description: string;
            /** Format: date-time */
            end: string;
            exact_amount: string;
            /** @enum {string} */
            kind: "advance" | "credit" | "arrears";
            plan_version_id: string;
            price_id: string;
            /** Format: date-time */
            start: string;
        };
        Figures: {
            /** Format: date-time */
            as_of: string;
            books: {
                differing: number;
                /** Format: date-time */
                ended_at: string;
                id: string;
                /** @enum {string} */
                state: "running" | "clean" | "different" | "failed";
            } | null;
            has_customers: boolean;
            ingest: {
                dead_letters: number;
                furthest: {
                    boot: string;
                    gateway: string;
                } | null;
                gaps: number;
                lag_ms: number | null;
                live_boots: number;
                unrolled_batches: number;
            };
            money: {
                currency: string;
                past_due: {
                    amount: string;
                    invoices: number;
                };
                recurring: {
                    amount: string;
                    subscriptions: number;
                };
                usage: {
                    amount: string;
                    before: string;
                };
            }[];
            traffic: {
                aborted: number;
                client_errors: number;
                failed: number;
                /** Format: date-time */
                from: string;
                refused: number;
                requests: number;
                /** Format: date-time */
                to: string;
            };
        };
        GatewayState: {
            boots: components["schemas"]["BootState"][];
            /** Format: date-time */
            created_at: string;
            id: string;
        };
        Invitation: {
            /** Format: date-time */
            created_at: string;
            email: string;
            /** Format: date-time */
            expires_at: string;
            id: string;
            invited_by: string | null;
            /** @enum {string} */
            letter: "waiting" | "sent" | "refused";
            /** @enum {string} */
            role: "owner" | "billing" | "developer" | "viewer";
            said: string | null;
            /** @enum {string} */
            state: "open" | "expired";
        };
        InvitationSeen: {
            customer: {
                name: string;
            };
            email: string;
            /** Format: date-time */
            expires_at: string;
            has_account: boolean;
            invited_by: string | null;
            /** @enum {string} */
            role: "owner" | "billing" | "developer" | "viewer";
        };
        Invoice: {
            billing_address: string;
            closing: {
                /** @enum {string} */
                by: "watermark" | "grace";
                not_awaited: string[];
                rolls: {
                    after: string;
                    until: string;
                };
            } | null;
            /** Format: date-time */
            created_at: string;
            credit_notes: components["schemas"]["CreditNote"][];
            credited: string;
            currency: string;
            customer: {
                id: string;
                name: string;
            };
            discount: string;
            discounts: {
                amount: string;
                id: string;
                name: string;
            }[];
            due: string;
            /** Format: date-time */
            due_at: string | null;
            dunning: components["schemas"]["Dunning"];
            /** Format: date-time */
            ended_at: string | null;
            external_id: string | null;
            /** Format: date-time */
            finalized_at: string | null;
            footer: string;
            from_balance: string;
            id: string;
            issuer: string;
            lines: components["schemas"]["InvoiceLine"][];
            not_collected: string | null;
            note: string;
            number: string | null;
            paid: string;
            /** Format: date-time */
            paid_at: string | null;
            period: {
                /** Format: date-time */
                end: string;
                /** Format: date-time */
                start: string;
            } | null;
            /** @enum {string} */
            reason: "period" | "fees" | "late" | "threshold" | "manual";
            set_off: string;
            /** @enum {string} */
            state: "draft" | "open" | "paid" | "void" | "uncollectible";
            subscription_id: string | null;
            subtotal: string;
            tax: string;
            tax_number: string;
            taxes: {
                amount: string;
                id: string;
                inclusive: boolean;
                name: string;
                percent: string;
                taxable: string;
            }[];
            to_balance: string;
            total: string;
        };
        InvoiceLine: {
            amount: string;
            credited: string;
            description: string;
            discount: string;
            /** Format: date-time */
            ends_at: string | null;
            exact_amount: string;
            gross: string;
            /** @enum {string} */
            kind: "fee" | "usage" | "late_usage" | "manual";
            meter: {
                id: string;
                name: string;
                unit: string;
            } | null;
            plan: {
                name: string;
                version: number;
            } | null;
            position: number;
            price_id: string | null;
            quantity: string | null;
            rolls: {
                after: string;
                until: string;
            } | null;
            slices: components["schemas"]["RatedSlice"][];
            /** Format: date-time */
            starts_at: string | null;
            tax: string;
        };
        InvoiceLineEntry: {
            boot: string;
            gateway: string;
            key_id: string;
            /** Format: date-time */
            minute: string;
            outcome: string;
            quantity: string;
            /** Format: date-time */
            received_at: string;
            requests: string;
            roll: string;
            route_id: string;
            sequence: number;
        };
        InvoiceLineStep: {
            entries: number;
            quantity: string;
            requests: string;
            /** Format: date-time */
            start: string;
        };
        InvoiceSummary: {
            /** Format: date-time */
            created_at: string;
            currency: string;
            customer: {
                id: string;
                name: string;
            };
            due: string;
            /** Format: date-time */
            due_at: string | null;
            /** Format: date-time */
            finalized_at: string | null;
            id: string;
            number: string | null;
            period: {
                /** Format: date-time */
                end: string;
                /** Format: date-time */
                start: string;
            } | null;
            /** @enum {string} */
            reason: "period" | "fees" | "late" | "threshold" | "manual";
            /** @enum {string} */
            state: "draft" | "open" | "paid" | "void" | "uncollectible";
            total: string;
        };
        JobKind: {
            cron: string | null;
            failed: number;
            /** Format: date-time */
            last_completed_at: string | null;
            name: string;
            running: number;
            waiting: number;
        };
        Key: {
            /** Format: date-time */
            created_at: string;
            created_by: string;
            /** Format: date-time */
            disabled_at: string | null;
            /** Format: date-time */
            expires_at: string | null;
            id: string;
            ip_allow: string[];
            ip_deny: string[];
            /** Format: date-time */
            last_used_at: string | null;
            last4: string;
            /** @enum {string} */
            mode: "live" | "test";
            name: string;
            prefix: string;
            /** Format: date-time */
            revoked_at: string | null;
            route_ids: string[];
            scopes: string[];
            /** @enum {string} */
            state: "active" | "disabled" | "revoked" | "expired";
        };
        LeaseState: {
            boot: string;
            /** @enum {string} */
            boot_state: "live" | "sealed" | "forfeited" | "written_off";
            gateway: string;
            granted: string;
            held: string;
            /** Format: date-time */
            last_seen_at: string;
            returned: string;
            settled: string;
        };
        ListedSubscription: {
            /** Format: date-time */
            canceled_at: string | null;
            current_period: {
                /** Format: date-time */
                end: string;
                /** Format: date-time */
                start: string;
            };
            customer_id: string;
            customer_name: string;
            id: string;
            interval_months: number;
            /** Format: date-time */
            past_due_since: string | null;
            /** Format: date-time */
            paused_at: string | null;
            pending_change: {
                /** Format: date-time */
                at: string;
                /** @enum {string} */
                kind: "change" | "cancel" | "pause" | "resume";
                plan_version_id: string | null;
            } | null;
            plan_id: string;
            plan_version_id: string;
            /** Format: date-time */
            started_at: string;
            /** @enum {string} */
            state: "trialing" | "active" | "past_due" | "paused" | "canceled";
            time_zone: string;
            /** Format: date-time */
            trial_ends_at: string | null;
        };
        Me: {
            gateway_url: string;
            memberships: {
                customer: {
                    id: string;
                    name: string;
                    /** @enum {string} */
                    state: "active" | "archived";
                };
                id: string;
                /** @enum {string} */
                role: "owner" | "billing" | "developer" | "viewer";
            }[];
            /** @enum {string} */
            sign_up: "open" | "closed";
            user: components["schemas"]["SessionUser"];
            viewing: {
                customer: {
                    id: string;
                    name: string;
                };
                /** Format: date-time */
                ends_at: string;
                id: string;
            } | null;
        };
        Membership: {
            /** Format: date-time */
            created_at: string;
            customer_id: string;
            id: string;
            /** @enum {string} */
            role: "owner" | "billing" | "developer" | "viewer";
            two_factor: boolean;
            user: {
                email: string;
                id: string;
                name: string;
            };
        };
        Meter: {
            /** Format: date-time */
            archived_at: string | null;
            /** Format: date-time */
            created_at: string;
            id: string;
            name: string;
            scale: number;
            slug: string;
            unit: string;
        };
        MeterUses: {
            faults: {
                customers: number;
                fault: string;
                /** Format: date-time */
                first_hour: string;
                /** Format: date-time */
                last_hour: string;
                requests: number;
                route_id: string;
                route_name: string;
            }[];
            prices: {
                customer_id: string | null;
                model: string;
                number: number;
                plan_id: string;
                plan_name: string;
                plan_version_id: string;
                /** @enum {string} */
                state: "draft" | "published";
                subscriptions: number;
            }[];
            quotas: {
                customer_id: string | null;
                /** @enum {string} */
                enforcement: "hard" | "soft" | "unlimited";
                limit: string | null;
                number: number;
                plan_id: string;
                plan_name: string;
                plan_version_id: string;
                /** @enum {string} */
                scope: "customer" | "key";
                /** @enum {string} */
                state: "draft" | "published";
                subscriptions: number;
                /** @enum {string} */
                window: "minute" | "hour" | "day" | "month" | "billing_period";
            }[];
            routes: {
                name: string;
                route_id: string;
                /** @enum {string} */
                source: "request" | "request_bytes" | "response_bytes" | "request_messages" | "response_messages" | "duration" | "response_header" | "response_json" | "response_sse";
                /** @enum {string} */
                state: "active" | "disabled";
            }[];
            /** Format: date-time */
            since: string;
        };
        MintedAdminToken: {
            /** Format: date-time */
            created_at: string;
            created_by: string;
            /** Format: date-time */
            expires_at: string | null;
            id: string;
            /** Format: date-time */
            last_used_at: string | null;
            last4: string;
            name: string;
            /** Format: date-time */
            revoked_at: string | null;
            scopes: ("admin" | "read" | "sync")[];
            /** @enum {string} */
            state: "active" | "revoked" | "expired";
            token: string;
        };
        NewErasure: {
            name: string;
        };
        NextInvoice: {
            currency: string;
            invoice: {
                /** Format: date-time */
                at: string;
                discounts: {
                    amount: string;
                    name: string;
                }[];
                due: string;
                fees: components["schemas"]["Fee"][];
                from_balance: string;
                not_collected: string | null;
                subtotal: string;
                taxes: {
                    amount: string;
                    inclusive: boolean;
                    name: string;
                    percent: string;
                }[];
                total: string;
                usage: {
                    amount: string;
                    description: string;
                    /** Format: date-time */
                    end: string;
                    exact_amount: string;
                    meter_id: string;
                    plan_version_id: string;
                    price_id: string;
                    quantity: string;
                    /** Format: date-time */
                    start: string;
                }[];
            } | null;
        };
        Notice: {
            /** Format: date-time */
            at: string;
            body: string;
            customer_id: string;
            detail: {
                [key: string]: string;
            };
            id: string;
            /** @enum {string} */
            kind: "quota" | "included_units" | "trial_ending" | "payment_failed" | "payment_reminder" | "access_ended" | "quota_change";
            letters: {
                address: string;
                said: string | null;
                /** Format: date-time */
                sent_at: string | null;
                /** @enum {string} */
                state: "waiting" | "asked" | "sending" | "sent" | "refused";
                tries: number;
                unsure: boolean;
            }[];
            path: string;
            title: string;
        };
        NoticeSettings: {
            addresses: string[] | null;
            mailed: ("quota" | "included_units" | "trial_ending" | "payment_failed" | "payment_reminder" | "access_ended" | "quota_change")[];
        };
        OfferedPlan: {
            description: string;
            id: string;
            name: string;
            slug: string;
            version: components["schemas"]["PlanVersion"];
        };
        Overview: {
            add_ons: {
                /** @enum {string} */
                charged: "recurring" | "once";
                /** Format: date-time */
                ends_at: string | null;
                entitlements: components["schemas"]["Entitlement"][];
                name: string;
                prices: components["schemas"]["Price"][];
                quantity: number;
                /** Format: date-time */
                starts_at: string;
            }[];
            /** Format: date-time */
            as_of: string;
            customer: components["schemas"]["PortalCustomer"];
            endpoints: {
                methods: string[];
                missing_features: string[];
                name: string;
                route_id: string;
                url: string;
            }[];
            features: string[];
            last_24h: {
                billable_quantity: string;
                errors: number;
                refused: number;
                requests: number;
            };
            meters: {
                id: string;
                name: string;
                slug: string;
                unit: string;
            }[];
            period: {
                /** Format: date-time */
                end: string;
                /** Format: date-time */
                start: string;
            } | null;
            plan: {
                currency: string;
                entitlements: components["schemas"]["Entitlement"][];
                id: string;
                name: string;
                prices: components["schemas"]["Price"][];
                version_number: number;
            } | null;
            quotas: components["schemas"]["QuotaState"][];
            rate_limit: {
                burst: number;
                rate_per_second: string;
            } | null;
            subscription: components["schemas"]["Subscription"] & (Record<string, never> | null);
        };
        OwnPreview: {
            allowances: {
                features: string[];
                included_units: {
                    meter_id: string;
                    units: string;
                }[];
                quotas: {
                    /** @enum {string} */
                    enforcement: "hard" | "soft" | "unlimited";
                    limit: string | null;
                    meter_id: string;
                    /** @enum {string} */
                    scope: "customer" | "key";
                    /** @enum {string} */
                    window: "minute" | "hour" | "day" | "month" | "billing_period";
                }[];
            };
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            begins: "now" | "later";
            currency: string;
            due_now: {
                /** Format: date-time */
                at: string;
                discounts: {
                    amount: string;
                    name: string;
                }[];
                due: string;
                fees: components["schemas"]["Fee"][];
                from_balance: string;
                not_collected: string | null;
                subtotal: string;
                taxes: {
                    amount: string;
                    inclusive: boolean;
                    name: string;
                    percent: string;
                }[];
                total: string;
                usage: {
                    amount: string;
                    description: string;
                    /** Format: date-time */
                    end: string;
                    exact_amount: string;
                    meter_id: string;
                    plan_version_id: string;
                    price_id: string;
                    quantity: string;
                    /** Format: date-time */
                    start: string;
                }[];
            };
            /** @enum {string|null} */
            kind: "upgrade" | "downgrade" | null;
            next_invoice: {
                /** Format: date-time */
                at: string;
                discounts: {
                    amount: string;
                    name: string;
                }[];
                due: string;
                fees: components["schemas"]["Fee"][];
                from_balance: string;
                not_collected: string | null;
                subtotal: string;
                taxes: {
                    amount: string;
                    inclusive: boolean;
                    name: string;
                    percent: string;
                }[];
                total: string;
                usage: {
                    amount: string;
                    description: string;
                    /** Format: date-time */
                    end: string;
                    exact_amount: string;
                    meter_id: string;
                    plan_version_id: string;
                    price_id: string;
                    quantity: string;
                    /** Format: date-time */
                    start: string;
                }[];
            } | null;
            subscription: components["schemas"]["Subscription"];
        };
        OwnSession: {
            address: string | null;
            /** Format: date-time */
            created_at: string;
            current: boolean;
            /** Format: date-time */
            expires_at: string;
            id: string;
            /** Format: date-time */
            seen_at: string;
            user_agent: string | null;
        };
        OwnSubscription: {
            meters: {
                id: string;
                name: string;
                slug: string;
                unit: string;
            }[];
            next_plan: {
                id: string;
                name: string;
            } | null;
            plan: {
                description: string;
                id: string;
                name: string;
            } | null;
            steps: ("change" | "cancel" | "pause" | "resume")[];
            subscription: components["schemas"]["Subscription"] & (Record<string, never> | null);
            version: components["schemas"]["PlanVersion"] & (Record<string, never> | null);
        };
        Payment: {
            amount: string;
            /** Format: date-time */
            created_at: string;
            currency: string;
            id: string;
            invoice_id: string;
            /** @enum {string} */
            kind: "payment" | "refund";
            method: string;
            /** Format: date-time */
            received_at: string;
            reference: string;
        };
        PaymentPage: {
            /** Format: uri */
            url: string;
        };
        Plan: {
            /** Format: date-time */
            created_at: string;
            description: string;
            id: string;
            /** @enum {string} */
            kind: "plan" | "add_on";
            name: string;
            pausable: boolean;
            self_serve: boolean;
            self_serve_default: boolean;
            slug: string;
            /** @enum {string} */
            unpaid_action: "keep" | "limit" | "block";
            unpaid_rate_per_second: string | null;
            versions: components["schemas"]["PlanVersion"][];
        };
        PlanMove: {
            at: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            ended_at: string | null;
            failed: number;
            from_plan_version_id: string;
            id: string;
            moved: number;
            passed_over: number;
            /** @enum {string} */
            state: "running" | "done" | "canceled";
            to_plan_version_id: string;
            total: number;
            waiting: number;
        };
        PlanMovePreview: {
            changes_pending: number;
            others_pending: number;
            total: number;
        };
        PlanMoveSubscription: {
            /** Format: date-time */
            at: string | null;
            code: string | null;
            customer_id: string;
            customer_name: string;
            detail: string | null;
            /** @enum {string} */
            state: "waiting" | "moved" | "passed_over" | "failed";
            subscription_id: string;
        };
        PlanVersion: {
            /** @enum {string} */
            charged: "recurring" | "once";
            currency: string;
            customer_id: string | null;
            entitlements: components["schemas"]["Entitlement"][];
            id: string;
            interval_months: number;
            /** @enum {string} */
            kind: "plan" | "add_on";
            number: number;
            plan_id: string;
            prices: components["schemas"]["Price"][];
            /** @enum {string} */
            proration: "second" | "day";
            /** Format: date-time */
            published_at: string | null;
            /** @enum {string} */
            state: "draft" | "published" | "archived";
            threshold_amount: string | null;
            trial_days: number;
        };
        PlanVersionDiff: {
            entitlements: {
                after: components["schemas"]["Entitlement"];
                before: components["schemas"]["Entitlement"];
                /** @enum {string} */
                change: "added" | "removed" | "changed";
                fields: string[];
            }[];
            from: {
                id: string;
                number: number;
            } | null;
            prices: {
                after: components["schemas"]["Price"];
                before: components["schemas"]["Price"];
                /** @enum {string} */
                change: "added" | "removed" | "changed";
                fields: string[];
            }[];
            terms: {
                after: string | null;
                before: string | null;
                /** @enum {string} */
                field: "currency" | "trial_days" | "interval_months" | "proration" | "charged" | "threshold_amount";
            }[];
            to: {
                id: string;
                number: number;
            };
        };
        PortalCustomer: {
            billing_address: string;
            billing_zone: string;
            clock_ms: number;
            /** Format: date-time */
            created_at: string;
            currency: string;
            external_id: string | null;
            id: string;
            key_scopes: string[];
            name: string;
            /** @enum {string} */
            state: "active" | "archived";
            tax_number: string;
        };
        PortalNotice: {
            /** Format: date-time */
            at: string;
            body: string;
            detail: {
                [key: string]: string;
            };
            id: string;
            /** @enum {string} */
            kind: "quota" | "included_units" | "trial_ending" | "payment_failed" | "payment_reminder" | "access_ended" | "quota_change";
            path: string;
            read: boolean;
            title: string;
        };
        PortalNotices: {
            data: components["schemas"]["PortalNotice"][];
            has_more: boolean;
            next_cursor: string | null;
            unread: number;
        };
        PortalPayment: {
            amount: string;
            /** Format: date-time */
            created_at: string;
            currency: string;
            id: string;
            invoice_id: string;
            invoice_number: string;
            /** @enum {string} */
            kind: "payment" | "refund";
            method: string;
            /** Format: date-time */
            received_at: string;
            reference: string;
        };
        Price: {
            amount: string;
            /** @enum {string} */
            billed: "in_advance" | "in_arrears";
            id: string;
            meter_id: null;
            /** @enum {string} */
            model: "flat";
        } | {
            discount_percent: string;
            id: string;
            included_units: string;
            maximum_amount: string | null;
            meter_id: string;
            minimum_amount: string | null;
            /** @enum {string} */
            model: "per_unit";
            unit_amount: string;
        } | {
            discount_percent: string;
            id: string;
            included_units: string;
            maximum_amount: string | null;
            meter_id: string;
            minimum_amount: string | null;
            /** @enum {string} */
            model: "graduated";
            tiers: {
                flat_amount: string;
                unit_amount: string;
                up_to: string | null;
            }[];
            /** @enum {string} */
            zero_usage_flat: "due" | "waived";
        } | {
            discount_percent: string;
            id: string;
            included_units: string;
            maximum_amount: string | null;
            meter_id: string;
            minimum_amount: string | null;
            /** @enum {string} */
            model: "volume";
            tiers: {
                flat_amount: string;
                unit_amount: string;
                up_to: string | null;
            }[];
            /** @enum {string} */
            zero_usage_flat: "due" | "waived";
        } | {
            discount_percent: string;
            id: string;
            included_units: string;
            maximum_amount: string | null;
            meter_id: string;
            minimum_amount: string | null;
            /** @enum {string} */
            model: "package";
            package_amount: string;
            /** @enum {string} */
            package_rounding: "up" | "down";
            package_size: string;
        } | {
            discount_percent: string;
            id: string;
            included_units: string;
            maximum_amount: string | null;
            meter_id: string;
            minimum_amount: string | null;
            /** @enum {string} */
            model: "graduated_package";
            /** @enum {string} */
            package_rounding: "up" | "down";
            tiers: {
                flat_amount: string;
                package_amount: string;
                package_size: string;
                up_to: string | null;
            }[];
            /** @enum {string} */
            zero_usage_flat: "due" | "waived";
        } | {
            discount_percent: string;
            event_maximum: string | null;
            event_minimum: string | null;
            fixed_amount: string;
            free_amount: string;
            free_events: number;
            id: string;
            included_units: string;
            maximum_amount: string | null;
            meter_id: string;
            minimum_amount: string | null;
            /** @enum {string} */
            model: "percentage";
            /** @enum {string} */
            quantity_in: "major" | "minor";
            rate: string;
        } | {
            discount_percent: string;
            event_maximum: string | null;
            event_minimum: string | null;
            fixed_amount: string;
            free_amount: string;
            free_events: number;
            id: string;
            included_units: string;
            maximum_amount: string | null;
            meter_id: string;
            minimum_amount: string | null;
            /** @enum {string} */
            model: "graduated_percentage";
            /** @enum {string} */
            quantity_in: "major" | "minor";
            tiers: {
                flat_amount: string;
                rate: string;
                up_to: string | null;
            }[];
            /** @enum {string} */
            zero_usage_flat: "due" | "waived";
        };
        PricePreview: {
            currency: string;
            exact_amount: string;
            lines: components["schemas"]["RatedLine"][];
            rounded_amount: string;
        };
        QuotaAlerts: {
            percents: number[];
        };
        QuotaOverride: {
            customer: {
                id: string;
                name: string;
            };
            /** Format: date-time */
            ended_at: string | null;
            /** Format: date-time */
            ends_at: string | null;
            id: string;
            limit: string;
            meter: {
                id: string;
                name: string;
                slug: string;
                unit: string;
            };
            plan_limit: string | null;
            reason: string;
            request_id: string | null;
            /** @enum {string} */
            scope: "customer" | "key";
            /** Format: date-time */
            starts_at: string;
            /** @enum {string} */
            state: "active" | "ended";
            /** @enum {string} */
            window: "minute" | "hour" | "day" | "month" | "billing_period";
        };
        QuotaRequest: {
            answer: string;
            /** Format: date-time */
            answered_at: string | null;
            asked_by: {
                email: string;
                id: string;
                name: string;
            } | null;
            /** Format: date-time */
            created_at: string;
            customer: {
                id: string;
                name: string;
            };
            id: string;
            limit: string;
            limit_then: string;
            meter: {
                id: string;
                name: string;
                slug: string;
                unit: string;
            };
            raise: {
                /** Format: date-time */
                ends_at: string | null;
                limit: string;
                override_id: string;
            } | null;
            reason: string;
            /** @enum {string} */
            scope: "customer" | "key";
            /** @enum {string} */
            state: "open" | "granted" | "declined" | "withdrawn";
            /** @enum {string} */
            window: "minute" | "hour" | "day" | "month" | "billing_period";
        };
        QuotaState: {
            /** @enum {string} */
            enforcement: "hard" | "soft" | "unlimited";
            key: {
                id: string;
                last4: string;
                name: string;
            } | null;
            limit: string | null;
            meter: {
                id: string;
                name: string;
                slug: string;
                unit: string;
            };
            /** Format: date-time */
            resets_at: string;
            /** @enum {string} */
            scope: "customer" | "key";
            /** Format: date-time */
            start: string;
            used: string;
            /** @enum {string} */
            window: "minute" | "hour" | "day" | "month" | "billing_period";
            zone: string;
        };
        QuotaWindowState: {
            customer_id: string;
            customer_name: string;
            id: string;
            key_id: string | null;
            leases: components["schemas"]["LeaseState"][];
            lent: string;
            limit: string | null;
            meter_id: string;
            /** @description Used without a lease: admitted while billing-core was away, beyond what was set aside, or billed at a time at which the plan did not limit it hard */
            outside: string;
            repeated: string;
            /** Format: date-time */
            resets_at: string;
            /** Format: date-time */
            start: string;
            stranded: string;
            /** @enum {string} */
            window: "minute" | "hour" | "day" | "month" | "billing_period";
        };
        RatedLine: {
            description: string;
            exact_amount: string;
            quantity: string | null;
            rounded_amount: string;
            slices: components["schemas"]["RatedSlice"][];
        };
        RatedSlice: {
            description: string;
            exact_amount: string;
            /** @enum {string} */
            kind: "flat" | "included" | "free" | "units" | "packages" | "percentage" | "tier_flat" | "event_fee" | "event_minimum" | "event_maximum" | "discount" | "minimum" | "maximum" | "already_billed";
            quantity: string | null;
            rate: string | null;
            tier: number | null;
            unit_amount: string | null;
        };
        Reconciliation: {
            /** Format: date-time */
            began_at: string;
            /** Format: date-time */
            ended_at: string | null;
            id: string;
            /** Format: date-time */
            pruned_at: string | null;
            requested_by: string;
            said: string;
            /** Format: date-time */
            since: string;
            stages: {
                compared: number;
                differing: number;
                here: string;
                /** @enum {string} */
                stage: "ledger" | "rated" | "invoiced" | "stripe";
                sums: {
                    currency: string;
                    here: string;
                    there: string;
                }[];
                there: string;
            }[];
            /** @enum {string} */
            state: "running" | "clean" | "different" | "failed";
            /** Format: date-time */
            told_at: string | null;
        };
        RecoveryCodes: {
            recovery_codes: string[];
        };
        RecoveryState: {
            awaited: {
                boot: string;
                gateway: string;
                /** Format: date-time */
                last_seen_at: string;
            }[];
            /** Format: date-time */
            began_at: string;
            number: string;
            open: boolean;
            /** @enum {string} */
            reason: "first" | "other_server" | "lost_sync" | "declared";
        };
        RecurringFigures: {
            /** Format: date-time */
            as_of: string;
            plans: {
                amount: string;
                currency: string;
                plan: {
                    id: string;
                    name: string;
                };
                subscriptions: number;
            }[];
            totals: {
                amount: string;
                currency: string;
                subscriptions: number;
            }[];
        };
        RecurringSubscription: {
            add_ons: string;
            amount: string;
            currency: string;
            customer: {
                id: string;
                name: string;
            };
            interval_months: number;
            plan: {
                id: string;
                name: string;
            };
            subscription_id: string;
        };
        RequestLog: {
            data: components["schemas"]["RequestRecord"][];
            has_more: boolean;
            next_cursor: string | null;
            retention_hours: number;
            skipped: number;
        };
        RequestRecord: {
            /** Format: date-time */
            at: string;
            billable: boolean;
            decided_ms: number | null;
            duration_ms: number;
            key: {
                id: string;
                last4: string;
                name: string;
            } | null;
            method: string;
            number: string;
            path: string;
            reason: string | null;
            request_bytes: number;
            request_id: string;
            response_bytes: number;
            route: {
                id: string;
                name: string;
            } | null;
            status: number | null;
            units: {
                meter: {
                    id: string;
                    name: string;
                    slug: string;
                    unit: string;
                };
                quantity: string;
            }[];
            upstream_ms: number | null;
        };
        RequestsLive: {
            /** Format: date-time */
            as_of: string;
            requests: components["schemas"]["RequestRecord"][];
            retention_hours: number;
            skipped: number;
        };
        Retention: {
            ledger: {
                bytes: number;
                days_ahead: number;
                oldest_day: string | null;
            };
            request_log_hours: number;
            rounds: {
                gone: number;
                /** @enum {string|null} */
                held_by: "open_period" | "unpaid_invoice" | "open_dispute" | "reconciliation" | "not_rolled" | null;
                held_day: string | null;
                /** @enum {string} */
                kind: "ledger" | "audit" | "stripe_events" | "letters";
                /** Format: date-time */
                ran_at: string;
            }[];
            settings: components["schemas"]["RetentionSettings"];
        };
        RetentionSettings: {
            audit: number | null;
            ledger: number | null;
            letters: number | null;
            stripe_events: number | null;
        };
        RevenueFigures: {
            /** Format: date-time */
            as_of: string;
            /** Format: date */
            from: string;
            /** @enum {string} */
            group_by: "kind" | "meter" | "plan" | "route" | "customer";
            groups: {
                credited: string;
                currency: string;
                group: {
                    id: string;
                    name: string;
                };
                invoiced: string;
                net: string;
            }[];
            /** @enum {string} */
            interval: "day" | "month";
            rows: {
                credited: string;
                currency: string;
                group: {
                    id: string;
                    name: string;
                };
                invoiced: string;
                net: string;
                /** Format: date */
                start: string;
            }[];
            /** Format: date */
            to: string;
            totals: {
                credited: string;
                currency: string;
                invoiced: string;
                net: string;
            }[];
        };
        Route: {
            billable_outcomes: ("ok" | "redirect" | "client_error" | "server_error" | "upstream_timeout" | "upstream_error" | "client_abort")[];
            billed_once: boolean;
            /** Format: date-time */
            certificates_expire_at: string | null;
            circuit_breaker: {
                /** @default 5 */
                failures: number;
                /** @default 10000 */
                open_ms: number;
            } | null;
            connect_timeout_ms: number;
            cors: {
                /** @default false */
                credentials: boolean;
                /** @default [] */
                expose: string[];
                /**
                 * @default [
                 *       "*"
                 *     ]
                 */
                headers: ("*" | string)[];
                /** @default 600 */
                max_age_s: number;
                origins: string[];
            } | null;
            cost_headers: boolean;
            /** Format: date-time */
            created_at: string;
            health_check: {
                /** @default 2 */
                healthy_after: number;
                /** @default 10000 */
                interval_ms: number;
                path: string;
                /** @default 2000 */
                timeout_ms: number;
                /** @default 3 */
                unhealthy_after: number;
            } | null;
            host: string;
            id: string;
            idle_timeout_ms: number | null;
            ip_allow: string[];
            ip_deny: string[];
            jwt: {
                /**
                 * @default [
                 *       "RS256",
                 *       "ES256",
                 *       "EdDSA"
                 *     ]
                 */
                algorithms: ("RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" | "ES256" | "ES384" | "EdDSA")[];
                audience: string[];
                /** @default sub */
                claim: string;
                /** @default 30 */
                clock_tolerance_s: number;
                /** @default false */
                forward: boolean;
                issuer: string;
                /** @default null */
                jwks_url: string | null;
                /**
                 * @default customer
                 * @enum {string}
                 */
                names: "customer" | "key";
            } | null;
            key_location: {
                /** @default true */
                bearer: boolean;
                /** @default x-api-key */
                header: string | null;
                /** @default null */
                query: string | null;
            };
            maintenance: {
                /** @default null */
                message: string | null;
                /** @default 60 */
                retry_after_s: number;
            } | null;
            max_body_bytes: number;
            metering: ({
                meter: string;
                /** @enum {string} */
                source: "request";
                /** @default 1 */
                units: number;
            } | {
                meter: string;
                /** @enum {string} */
                source: "request_bytes";
                /** @default 1 */
                units: number;
            } | {
                /** @default null */
                max_cost: number | null;
                meter: string;
                /** @enum {string} */
                source: "response_bytes";
                /** @default 1 */
                units: number;
            } | {
                /** @default null */
                max_cost: number | null;
                meter: string;
                /** @enum {string} */
                source: "request_messages";
                /** @default 1 */
                units: number;
            } | {
                /** @default null */
                max_cost: number | null;
                meter: string;
                /** @enum {string} */
                source: "response_messages";
                /** @default 1 */
                units: number;
            } | {
                /** @default null */
                max_cost: number | null;
                meter: string;
                /** @enum {string} */
                source: "duration";
                /** @default 1 */
                units: number;
            } | {
                /** @default 0 */
                fallback: number;
                header: string;
                /** @default null */
                max_cost: number | null;
                /** @default 1000000000 */
                max_value: number;
                meter: string;
                /** @enum {string} */
                source: "response_header";
                /** @default 1 */
                units: number;
            } | {
                /** @default 0 */
                fallback: number;
                /** @default null */
                max_cost: number | null;
                /** @default 1000000000 */
                max_value: number;
                meter: string;
                pointer: string;
                /** @enum {string} */
                source: "response_json";
                /** @default 1 */
                units: number;
            } | {
                /** @default 0 */
                fallback: number;
                /** @default null */
                max_cost: number | null;
                /** @default 1000000000 */
                max_value: number;
                meter: string;
                pointer: string;
                /** @enum {string} */
                source: "response_sse";
                /** @default 1 */
                units: number;
            })[];
            methods: ("*" | "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS")[];
            name: string;
            path_pattern: string;
            public: boolean;
            request_headers: {
                name: string;
                /** @enum {string} */
                op: "set" | "add" | "remove";
                prefix?: string;
                secret?: string;
                value?: string;
            }[];
            required_features: string[];
            required_scopes: string[];
            response_headers: {
                name: string;
                /** @enum {string} */
                op: "set" | "add" | "remove";
                value?: string;
            }[];
            retries: {
                /** @default 1 */
                attempts: number;
                /** @default 20 */
                budget_percent: number;
                /**
                 * @default [
                 *       502,
                 *       503,
                 *       504
                 *     ]
                 */
                statuses: number[];
            } | null;
            rewrite_path: string | null;
            /** @enum {string} */
            state: "active" | "disabled";
            strip_prefix: string | null;
            timeout_ms: number;
            total_timeout_ms: number | null;
            /** Format: date-time */
            updated_at: string;
            upstream_url: string;
            upstreams: {
                tls?: {
                    /** @default null */
                    ca: string | null;
                    /** @default null */
                    certificate: string | null;
                    /** @default null */
                    key: string | null;
                    /** @default null */
                    server_name: string | null;
                };
                url: string;
                /** @default 1 */
                weight: number;
            }[];
            version: number;
        };
        RouteHealth: {
            data: {
                boot: string;
                breaker: {
                    /** Format: date-time */
                    since: string;
                    /** @enum {string} */
                    state: "closed" | "open" | "half_open";
                } | null;
                checks: {
                    /** Format: date-time */
                    since: string;
                    /** @enum {string} */
                    state: "passing" | "failing";
                } | null;
                gateway: string;
                /** Format: date-time */
                told_at: string;
                url: string;
            }[];
            untold: number;
        };
        RouteTrial: {
            allow: string[];
            billable_outcomes: ("ok" | "redirect" | "client_error" | "server_error" | "upstream_timeout" | "upstream_error" | "client_abort")[];
            disabled: {
                id: string;
                name: string;
            }[];
            forwarded: {
                url: string;
                weight: number;
            }[];
            metering: ({
                meter: string;
                /** @enum {string} */
                source: "request";
                /** @default 1 */
                units: number;
            } | {
                meter: string;
                /** @enum {string} */
                source: "request_bytes";
                /** @default 1 */
                units: number;
            } | {
                /** @default null */
                max_cost: number | null;
                meter: string;
                /** @enum {string} */
                source: "response_bytes";
                /** @default 1 */
                units: number;
            } | {
                /** @default null */
                max_cost: number | null;
                meter: string;
                /** @enum {string} */
                source: "request_messages";
                /** @default 1 */
                units: number;
            } | {
                /** @default null */
                max_cost: number | null;
                meter: string;
                /** @enum {string} */
                source: "response_messages";
                /** @default 1 */
                units: number;
            } | {
                /** @default null */
                max_cost: number | null;
                meter: string;
                /** @enum {string} */
                source: "duration";
                /** @default 1 */
                units: number;
            } | {
                /** @default 0 */
                fallback: number;
                header: string;
                /** @default null */
                max_cost: number | null;
                /** @default 1000000000 */
                max_value: number;
                meter: string;
                /** @enum {string} */
                source: "response_header";
                /** @default 1 */
                units: number;
            } | {
                /** @default 0 */
                fallback: number;
                /** @default null */
                max_cost: number | null;
                /** @default 1000000000 */
                max_value: number;
                meter: string;
                pointer: string;
                /** @enum {string} */
                source: "response_json";
                /** @default 1 */
                units: number;
            } | {
                /** @default 0 */
                fallback: number;
                /** @default null */
                max_cost: number | null;
                /** @default 1000000000 */
                max_value: number;
                meter: string;
                pointer: string;
                /** @enum {string} */
                source: "response_sse";
                /** @default 1 */
                units: number;
            })[];
            open: ("key" | "address" | "scopes" | "features")[];
            quotas: {
                /** @enum {string} */
                enforcement: "hard" | "soft";
                limit: string;
                meter: string;
                /** @enum {string} */
                scope: "customer" | "key";
                unit: string;
                /** @enum {string} */
                window: "minute" | "hour" | "day" | "month" | "billing_period";
            }[];
            rate_limit: {
                burst: number;
                rate_per_second: number;
            } | null;
            refusal: {
                code: string;
                detail: string;
                status: number;
            } | null;
            required_features: string[];
            required_scopes: string[];
            route: {
                id: string;
                name: string;
                public: boolean;
                version: number;
            } | null;
        };
        RouteVersion: {
            billable_outcomes: ("ok" | "redirect" | "client_error" | "server_error" | "upstream_timeout" | "upstream_error" | "client_abort")[];
            billed_once: boolean;
            circuit_breaker: {
                /** @default 5 */
                failures: number;
                /** @default 10000 */
                open_ms: number;
            } | null;
            connect_timeout_ms: number;
            cors: {
                /** @default false */
                credentials: boolean;
                /** @default [] */
                expose: string[];
                /**
                 * @default [
                 *       "*"
                 *     ]
                 */
                headers: ("*" | string)[];
                /** @default 600 */
                max_age_s: number;
                origins: string[];
            } | null;
            cost_headers: boolean;
            /** Format: date-time */
            created_at: string;
            health_check: {
                /** @default 2 */
                healthy_after: number;
                /** @default 10000 */
                interval_ms: number;
                path: string;
                /** @default 2000 */
                timeout_ms: number;
                /** @default 3 */
                unhealthy_after: number;
            } | null;
            host: string;
            idle_timeout_ms: number | null;
            ip_allow: string[];
            ip_deny: string[];
            jwt: {
                /**
                 * @default [
                 *       "RS256",
                 *       "ES256",
                 *       "EdDSA"
                 *     ]
                 */
                algorithms: ("RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" | "ES256" | "ES384" | "EdDSA")[];
                audience: string[];
                /** @default sub */
                claim: string;
                /** @default 30 */
                clock_tolerance_s: number;
                /** @default false */
                forward: boolean;
                issuer: string;
                /** @default null */
                jwks_url: string | null;
                /**
                 * @default customer
                 * @enum {string}
                 */
                names: "customer" | "key";
            } | null;
            key_location: {
                /** @default true */
                bearer: boolean;
                /** @default x-api-key */
                header: string | null;
                /** @default null */
                query: string | null;
            };
            maintenance: {
                /** @default null */
                message: string | null;
                /** @default 60 */
                retry_after_s: number;
            } | null;
            max_body_bytes: number;
            metering: ({
                meter: string;
                /** @enum {string} */
                source: "request";
                /** @default 1 */
                units: number;
            } | {
                meter: string;
                /** @enum {string} */
                source: "request_bytes";
                /** @default 1 */
                units: number;
            } | {
                /** @default null */
                max_cost: number | null;
                meter: string;
                /** @enum {string} */
                source: "response_bytes";
                /** @default 1 */
                units: number;
            } | {
                /** @default null */
                max_cost: number | null;
                meter: string;
                /** @enum {string} */
                source: "request_messages";
                /** @default 1 */
                units: number;
            } | {
                /** @default null */
                max_cost: number | null;
                meter: string;
                /** @enum {string} */
                source: "response_messages";
                /** @default 1 */
                units: number;
            } | {
                /** @default null */
                max_cost: number | null;
                meter: string;
                /** @enum {string} */
                source: "duration";
                /** @default 1 */
                units: number;
            } | {
                /** @default 0 */
                fallback: number;
                header: string;
                /** @default null */
                max_cost: number | null;
                /** @default 1000000000 */
                max_value: number;
                meter: string;
                /** @enum {string} */
                source: "response_header";
                /** @default 1 */
                units: number;
            } | {
                /** @default 0 */
                fallback: number;
                /** @default null */
                max_cost: number | null;
                /** @default 1000000000 */
                max_value: number;
                meter: string;
                pointer: string;
                /** @enum {string} */
                source: "response_json";
                /** @default 1 */
                units: number;
            } | {
                /** @default 0 */
                fallback: number;
                /** @default null */
                max_cost: number | null;
                /** @default 1000000000 */
                max_value: number;
                meter: string;
                pointer: string;
                /** @enum {string} */
                source: "response_sse";
                /** @default 1 */
                units: number;
            })[];
            methods: ("*" | "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS")[];
            path_pattern: string;
            public: boolean;
            request_headers: {
                name: string;
                /** @enum {string} */
                op: "set" | "add" | "remove";
                prefix?: string;
                secret?: string;
                value?: string;
            }[];
            required_features: string[];
            required_scopes: string[];
            response_headers: {
                name: string;
                /** @enum {string} */
                op: "set" | "add" | "remove";
                value?: string;
            }[];
            retries: {
                /** @default 1 */
                attempts: number;
                /** @default 20 */
                budget_percent: number;
                /**
                 * @default [
                 *       502,
                 *       503,
                 *       504
                 *     ]
                 */
                statuses: number[];
            } | null;
            rewrite_path: string | null;
            strip_prefix: string | null;
            timeout_ms: number;
            total_timeout_ms: number | null;
            upstream_url: string;
            upstreams: {
                tls?: {
                    /** @default null */
                    ca: string | null;
                    /** @default null */
                    certificate: string | null;
                    /** @default null */
                    key: string | null;
                    /** @default null */
                    server_name: string | null;
                };
                url: string;
                /** @default 1 */
                weight: number;
            }[];
            version: number;
        };
        RowsBehindDifference: {
            data: {
                facts: {
                    [key: string]: string;
                };
                id: string;
                /** @enum {string} */
                kind: "boot" | "line" | "payment" | "credit_note" | "invoice" | "stripe_invoice";
            }[];
        };
        Secret: {
            /** Format: date-time */
            created_at: string;
            id: string;
            name: string;
            /** Format: date-time */
            updated_at: string;
            used_by: string[];
        };
        SessionUser: {
            email: string;
            id: string;
            name: string;
            /** @enum {string} */
            role: "admin" | "user";
        };
        Settings: {
            accent: string | null;
            gateway_url: string;
            logo: string | null;
            product_name: string;
            /** @enum {string} */
            sign_up: "open" | "closed";
            support: string | null;
        };
        ShownBranding: {
            /** @description The portal shows it as light or dark as can be read */
            accent: string | null;
            logo: string | null;
            /** @description Null: Tollgate */
            name: string | null;
            support: string | null;
        };
        SpoolState: {
            bytes: number;
            bytes_max: number;
            oldest_ms: number;
            records: number;
            /** Format: date-time */
            told_at: string;
        } | null;
        StripeEvent: {
            /** Format: date-time */
            created_at: string;
            customer: {
                id: string;
                name: string;
            } | null;
            id: string;
            invoice: {
                id: string;
                number: string;
            } | null;
            object_id: string | null;
            /** Format: date-time */
            received_at: string;
            said: string;
            /** @enum {string} */
            source: "webhook" | "list";
            /** @enum {string} */
            state: "taken" | "waiting" | "failed" | "unknown";
            /** Format: date-time */
            taken_at: string | null;
            tries: number;
            type: string;
        };
        StripeQueued: {
            customer: {
                id: string;
                name: string;
            };
            invoices: {
                id: string;
                number: string;
            }[];
            /** Format: date-time */
            next_at: string | null;
            refunds: number;
            said: string;
            /** Format: date-time */
            since: string;
            /** @enum {string} */
            state: "waiting" | "telling" | "retrying" | "stuck";
            tries: number;
        };
        StripeState: {
            api_base: string | null;
            api_version: string | null;
            /** Format: date-time */
            began_at: string | null;
            catch_up: {
                /** Format: date-time */
                last_at: string | null;
                /** Format: date-time */
                until: string | null;
            };
            events: {
                failed: number;
                waiting: number;
            };
            key_refused: {
                operation: string;
                /** Format: date-time */
                since: string;
                status: 401 | 403;
                tries: number;
            } | null;
            /** @enum {string|null} */
            mode: "live" | "test" | "local" | null;
            queue: {
                /** Format: date-time */
                oldest_since: string | null;
                stuck: number;
                waiting: number;
            };
            webhook: {
                /** Format: date-time */
                last_received_at: string | null;
                /** Format: date-time */
                last_refused_at: string | null;
                secrets: number;
                url: string;
            };
        };
        Subscription: {
            /** Format: date-time */
            canceled_at: string | null;
            current_period: {
                /** Format: date-time */
                end: string;
                /** Format: date-time */
                start: string;
            };
            customer_id: string;
            id: string;
            interval_months: number;
            /** Format: date-time */
            past_due_since: string | null;
            /** Format: date-time */
            paused_at: string | null;
            pending_change: {
                /** Format: date-time */
                at: string;
                /** @enum {string} */
                kind: "change" | "cancel" | "pause" | "resume";
                plan_version_id: string | null;
            } | null;
            plan_id: string;
            plan_version_id: string;
            /** Format: date-time */
            started_at: string;
            /** @enum {string} */
            state: "trialing" | "active" | "past_due" | "paused" | "canceled";
            time_zone: string;
            /** Format: date-time */
            trial_ends_at: string | null;
        };
        SubscriptionAddOn: {
            /** Format: date-time */
            ends_at: string | null;
            plan_version_id: string;
            quantity: number;
            /** Format: date-time */
            starts_at: string;
            /** @enum {string} */
            state: "coming" | "active" | "over";
        };
        SubscriptionPreview: {
            allowances: {
                features: string[];
                included_units: {
                    meter_id: string;
                    units: string;
                }[];
                quotas: {
                    /** @enum {string} */
                    enforcement: "hard" | "soft" | "unlimited";
                    limit: string | null;
                    meter_id: string;
                    /** @enum {string} */
                    scope: "customer" | "key";
                    /** @enum {string} */
                    window: "minute" | "hour" | "day" | "month" | "billing_period";
                }[];
            };
            /** Format: date-time */
            at: string;
            currency: string;
            due_now: {
                /** Format: date-time */
                at: string;
                discounts: {
                    amount: string;
                    name: string;
                }[];
                due: string;
                fees: components["schemas"]["Fee"][];
                from_balance: string;
                not_collected: string | null;
                subtotal: string;
                taxes: {
                    amount: string;
                    inclusive: boolean;
                    name: string;
                    percent: string;
                }[];
                total: string;
                usage: {
                    amount: string;
                    description: string;
                    /** Format: date-time */
                    end: string;
                    exact_amount: string;
                    meter_id: string;
                    plan_version_id: string;
                    price_id: string;
                    quantity: string;
                    /** Format: date-time */
                    start: string;
                }[];
            };
            next_invoice: {
                /** Format: date-time */
                at: string;
                discounts: {
                    amount: string;
                    name: string;
                }[];
                due: string;
                fees: components["schemas"]["Fee"][];
                from_balance: string;
                not_collected: string | null;
                subtotal: string;
                taxes: {
                    amount: string;
                    inclusive: boolean;
                    name: string;
                    percent: string;
                }[];
                total: string;
                usage: {
                    amount: string;
                    description: string;
                    /** Format: date-time */
                    end: string;
                    exact_amount: string;
                    meter_id: string;
                    plan_version_id: string;
                    price_id: string;
                    quantity: string;
                    /** Format: date-time */
                    start: string;
                }[];
            } | null;
            subscription: components["schemas"]["Subscription"];
        };
        TaxRate: {
            /** Format: date-time */
            created_at: string;
            id: string;
            inclusive: boolean;
            name: string;
            percent: string;
            /** @enum {string} */
            state: "active" | "archived";
        };
        TestClock: {
            enabled: boolean;
            /** Format: date-time */
            now: string;
            offset_ms: number;
        };
        Timeline: {
            currency: string;
            entries: components["schemas"]["TimelineEntry"][];
        };
        TimelineEntry: {
            /** Format: date-time */
            at: string;
            causes: ("start" | "trial_end" | "change" | "pause" | "resume" | "cancel" | "add_on")[];
            ended: boolean;
            fees: components["schemas"]["Fee"][];
            phase: {
                paused: boolean;
                plan_id: string;
                plan_version_id: string;
            } | null;
            total: string;
        };
        TwoFactor: {
            recovery_codes_left: number | null;
            /** @enum {string} */
            state: "off" | "on";
        };
        TwoFactorBegun: {
            recovery_codes: string[];
            totp_uri: string;
        };
        UnbilledFigures: {
            /** Format: date-time */
            as_of: string;
            customers: {
                amount: string;
                currency: string;
                customer: {
                    id: string;
                    name: string;
                };
                fees: string;
                usage: string;
            }[];
            roll: string;
            totals: {
                amount: string;
                currency: string;
                customers: number;
                fees: string;
                usage: string;
            }[];
        };
        UsageCounts: {
            /** Format: date-time */
            as_of: string;
            compared: number;
            differences: components["schemas"]["CountsDifference"][];
            differing: number;
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
        };
        UsageEntry: {
            billable: boolean;
            boot: string;
            customer_id: string;
            gateway: string;
            key_hash: string | null;
            key_id: string;
            meter: string;
            /** Format: date-time */
            minute: string;
            /** @enum {string} */
            outcome: "ok" | "redirect" | "client_error" | "server_error" | "upstream_timeout" | "upstream_error" | "client_abort";
            quantity: string;
            /** Format: date-time */
            received_at: string;
            request_id: string | null;
            requests: number;
            roll: string | null;
            route_id: string;
            route_version: number;
            sequence: number;
            /** @enum {string|null} */
            unbilled: "repeated" | "too_late" | null;
        };
        UsageGap: {
            boot: string;
            /** Format: date-time */
            created_at: string;
            first_frame: number | null;
            gateway: string;
            last_frame: number | null;
            reason: string;
        };
        UsageLive: {
            /** Format: date-time */
            as_of: string;
            minutes: {
                errors: number;
                ok: number;
                refused: number;
                requests: number;
                /** Format: date-time */
                start: string;
            }[];
            quotas: components["schemas"]["QuotaState"][];
            roll: string;
            today: {
                billable_quantity: string;
                /** Format: date-time */
                end: string;
                requests: number;
                /** Format: date-time */
                start: string;
            };
        };
        UsageSeries: {
            /** Format: date-time */
            as_of: string;
            data: {
                billable_quantity: string;
                group: {
                    id: string;
                    label: string;
                } | null;
                quantity: string;
                requests: number;
                /** Format: date-time */
                start: string;
            }[];
            /** Format: date-time */
            from: string;
            /** @enum {string} */
            interval: "minute" | "hour" | "day";
            meter: {
                id: string;
                name: string;
                slug: string;
                unit: string;
            };
            roll: string;
            /** Format: date-time */
            to: string;
            totals: {
                billable_quantity: string;
                quantity: string;
                requests: number;
            };
            zone: string;
        };
        User: {
            /** Format: date-time */
            created_at: string;
            email: string;
            id: string;
            name: string;
            /** @enum {string} */
            role: "admin" | "user";
        };
        ValueFaults: {
            data: {
                customers: number;
                fault: string;
                /** Format: date-time */
                first_hour: string;
                /** Format: date-time */
                last_hour: string;
                meter: string;
                requests: number;
            }[];
            /** Format: date-time */
            since: string;
        };
        WrittenOffBoot: {
            boot: string;
            gateway: string;
            /** @enum {string} */
            state: "written_off";
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listAdminTokens: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["AdminToken"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    createAdminToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: date-time */
                    expires_at?: string;
                    name: string;
                    scopes: ("admin" | "read" | "sync")[];
                };
            };
        };
        responses: {
            /** @description Created; the token is shown once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MintedAdminToken"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    revokeAdminToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminToken"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getWhatAPIDocumentIs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiDocument"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    setAPIDocument: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    document: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiDocument"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    removeAPIDocument: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getAPIDocumentAsItWasGiven: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        document: {
                            [key: string]: unknown;
                        };
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getWhatWaitsForAdmin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attention"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listAuditEntries: {
        parameters: {
            query?: {
                action?: string;
                actor_id?: string;
                cursor?: string;
                from?: string;
                limit?: number;
                subject_id?: string;
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["AuditEntry"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getSettingsOfInvoices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BillingSettings"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    replaceSettingsOfInvoices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BillingSettings"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BillingSettings"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getBranding: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownBranding"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    replaceBranding: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Branding"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownBranding"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    replaceLogo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    image: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownBranding"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    takeLogoAway: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownBranding"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listCoupons: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Coupon"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    createCoupon: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default null */
                    amount_off?: string | null;
                    /** @default null */
                    currency?: string | null;
                    /** @default null */
                    invoices?: number | null;
                    name: string;
                    /** @default null */
                    percent_off?: string | null;
                    /**
                     * Format: date-time
                     * @default null
                     */
                    redeem_by?: string | null;
                    /** @default null */
                    redemptions_max?: number | null;
                    slug: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Coupon"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getOneOfCoupons: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Coupon"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    renameCoupon: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Coupon"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    archiveOneOfCoupons: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Coupon"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getCreditNoteAsHtml: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getCreditNoteAsPdf: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The PDF */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/pdf": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    takeCouponFromCustomer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken away */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    viewPortalAsCustomer: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    customer_id: string;
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Begun */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    endViewingAsCustomer: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listCustomers: {
        parameters: {
            query?: {
                cursor?: string;
                external_id?: string;
                limit?: number;
                q?: string;
                state?: "active" | "archived";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Customer"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    createCustomer: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default  */
                    billing_address?: string;
                    /** @default UTC */
                    billing_zone?: string;
                    /** @default USD */
                    currency?: string;
                    external_id?: string;
                    /** @default [] */
                    key_scopes?: string[];
                    /** @default {} */
                    metadata?: {
                        [key: string]: string;
                    };
                    name: string;
                    /** @default  */
                    tax_number?: "" | string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listCustomersKeys: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                live?: "true";
                state?: "active" | "disabled" | "revoked" | "expired";
            };
            header?: never;
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Key"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: date-time
                     * @default null
                     */
                    expires_at?: string | null;
                    /** @default [] */
                    ip_allow?: string[];
                    /** @default [] */
                    ip_deny?: string[];
                    /**
                     * @default live
                     * @enum {string}
                     */
                    mode?: "live" | "test";
                    name: string;
                    /** @default [] */
                    route_ids?: string[];
                    /** @default [] */
                    scopes?: string[];
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedKey"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getCustomer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    archiveCustomer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Archived */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    changeCustomer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    billing_address?: string;
                    billing_zone?: string;
                    currency?: string;
                    external_id?: string | null;
                    key_scopes?: string[];
                    metadata?: {
                        [key: string]: string;
                    };
                    name?: string;
                    tax_number?: "" | string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getWhatCustomerHasToItsCredit: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Balance"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    payOutWhatCustomerHasToItsCredit: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    amount?: string;
                    invoice_id?: string;
                    /**
                     * @default payout
                     * @enum {string}
                     */
                    kind?: "payout" | "payout_return";
                    /** @default manual */
                    method?: string;
                    /** @default  */
                    reference?: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BalanceEntry"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listCustomersCoupons: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["CustomerCoupon"][];
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    giveCustomerCoupon: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    coupon_id: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerCoupon"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getWhatCustomerOwesPastItsTime: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Debt"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    previewErasureOfCustomer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasurePreview"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    eraseCustomer: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewErasure"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Erasure"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listWhatHappenedToCustomer: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                topic?: "plan" | "money" | "access" | "notice" | "admin";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["CustomerEvent"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    exportEverythingOfCustomer: {
        parameters: {
            query?: {
                ledger?: "true" | "false";
                pdf?: "true" | "false";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The archive */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listMemberships: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Membership"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    addMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    role: "owner" | "billing" | "developer" | "viewer";
                    user_id: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Membership"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getWhereCustomersEmailsGo: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NoticeSettings"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    replaceWhereCustomersEmailsGo: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NoticeSettings"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NoticeSettings"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listCustomersOwnTerms: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["PlanVersion"][];
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listWhatCustomerIsTaxedBy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["TaxRate"][];
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    replaceWhatCustomerIsTaxedBy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    tax_rate_ids: string[];
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["TaxRate"][];
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getCustomersTestClock: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerClock"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    moveOneCustomersTimeForward: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: date-time */
                    to: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerClock"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listDisputes: {
        parameters: {
            query?: {
                cursor?: string;
                customer_id?: string;
                limit?: number;
                state?: "open" | "won" | "lost" | "closed";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Dispute"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getHowLongDocumentsOfErasedCustomersKeepTheirName: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureSettings"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    setHowLongDocumentsOfErasedCustomersKeepTheirName: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ErasureSettings"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureSettings"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listErasures: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Erasure"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listFailedJobs: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["FailedJob"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    discardFailedJob: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailedJobDecision"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    retryFailedJob: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailedJobDecision"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getFiguresOfNow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Figures"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getMonthlyRecurringRevenueByPlan: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecurringFigures"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listPlansWithTheirMonthlyRecurringRevenue: {
        parameters: {
            query?: {
                currency?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            amount: string;
                            currency: string;
                            plan: {
                                id: string;
                                name: string;
                            };
                            subscriptions: number;
                        }[];
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listSubscriptionsWithTheirMonthlyRecurringRevenue: {
        parameters: {
            query?: {
                currency?: string;
                cursor?: string;
                limit?: number;
                plan_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["RecurringSubscription"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getRevenueOverTime: {
        parameters: {
            query?: {
                currency?: string;
                from?: string;
                group_by?: "kind" | "meter" | "plan" | "route" | "customer";
                interval?: "day" | "month";
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevenueFigures"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getRevenueOverTimeAsCSV: {
        parameters: {
            query?: {
                currency?: string;
                from?: string;
                group_by?: "kind" | "meter" | "plan" | "route" | "customer";
                interval?: "day" | "month";
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getWhatIsOnNoInvoiceYet: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnbilledFigures"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listCustomersWithWhatIsOnNoInvoiceYet: {
        parameters: {
            query?: {
                currency?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            amount: string;
                            currency: string;
                            customer: {
                                id: string;
                                name: string;
                            };
                            fees: string;
                            usage: string;
                        }[];
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    gatewaysAndTheirBoots: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["GatewayState"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    writeOffBootWhoseSpoolIsLost: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                boot: string;
                gateway: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WrittenOffBoot"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listInvoices: {
        parameters: {
            query?: {
                currency?: string;
                cursor?: string;
                customer_id?: string;
                limit?: number;
                only?: "not_collected";
                overdue?: "true";
                state?: "draft" | "open" | "paid" | "void" | "uncollectible";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["InvoiceSummary"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    draftInvoice: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    customer_id: string;
                    lines: {
                        amount: string;
                        description: string;
                    }[];
                    /** @default  */
                    note?: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getInvoice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    discardDraft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Discarded */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getWhatOfInvoiceIsAtStripe: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collection"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    creditInvoice: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    amount?: string;
                    lines?: {
                        amount: string;
                        position: number;
                    }[];
                    reason: string;
                    to_balance?: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    pauseDunning: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    remindNow: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    resumeDunning: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    finalizeInvoice: {
        parameters: {
            query?: {
                uncollected?: "allow";
            };
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getInvoiceAsHtml: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listPaymentsOfInvoice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Payment"][];
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    recordPayment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    amount?: string;
                    /**
                     * @default payment
                     * @enum {string}
                     */
                    kind?: "payment" | "refund";
                    /** @default manual */
                    method?: string;
                    /** Format: date-time */
                    received_at?: string;
                    /** @default  */
                    reference?: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getInvoiceAsPdf: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The PDF */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/pdf": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    setOffCreditAgainstInvoice: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    amount?: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    markInvoiceUncollectible: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    markInvoiceVoid: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listLedgerEntriesOfUsageLine: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                minute?: string;
            };
            header?: never;
            path: {
                invoice_id: string;
                position: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["InvoiceLineEntry"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listHoursOfUsageLine: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                invoice_id: string;
                position: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["InvoiceLineStep"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listMinutesOfUsageLine: {
        parameters: {
            query?: {
                cursor?: string;
                hour?: string;
                limit?: number;
            };
            header?: never;
            path: {
                invoice_id: string;
                position: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["InvoiceLineStep"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listKindsOfJobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["JobKind"][];
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    changeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: date-time */
                    expires_at?: string | null;
                    ip_allow?: string[];
                    ip_deny?: string[];
                    name?: string;
                    route_ids?: string[];
                    scopes?: string[];
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    disableKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    enableKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    makeKeyAnew: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default 86400 */
                    grace_s?: number;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedKey"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    removeMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    changeRoleOfMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    role: "owner" | "billing" | "developer" | "viewer";
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Membership"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listMeters: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Meter"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    createMeter: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @default 0 */
                    scale?: number;
                    slug: string;
                    unit: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Meter"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getMeter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Meter"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    deleteMeter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    renameMeterOrArchiveIt: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    archived?: boolean;
                    name?: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Meter"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getWhatUsesMeter: {
        parameters: {
            query?: {
                days?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeterUses"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listNotices: {
        parameters: {
            query?: {
                cursor?: string;
                customer_id?: string;
                kind?: "quota" | "included_units" | "trial_ending" | "payment_failed" | "payment_reminder" | "access_ended" | "quota_change";
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Notice"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listMovesOfEverybodyOnPlanVersion: {
        parameters: {
            query?: {
                cursor?: string;
                from_plan_version_id?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["PlanMove"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    moveEverybodyOnPlanVersionToAnother: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default now */
                    at?: ("now" | "period_end") | string;
                    from_plan_version_id: string;
                    to_plan_version_id: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanMove"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getMoveOfEverybody: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanMove"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    cancelMoveOfEverybody: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanMove"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    retryWhatFailedOfMoveOfEverybody: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanMove"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listWhatBecameOfEachInMoveOfEverybody: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                state?: "waiting" | "moved" | "passed_over" | "failed";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["PlanMoveSubscription"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    previewMoveOfEverybody: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default now */
                    at?: ("now" | "period_end") | string;
                    from_plan_version_id: string;
                    to_plan_version_id: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanMovePreview"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getPlanVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanVersion"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    replaceDraft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @default recurring
                     * @enum {string}
                     */
                    charged?: "recurring" | "once";
                    currency: string;
                    /** @default null */
                    customer_id?: string | null;
                    entitlements: ({
                        burst?: null;
                        /**
                         * @default hard
                         * @enum {string}
                         */
                        enforcement?: "hard" | "soft" | "unlimited";
                        feature?: null;
                        /** @enum {string} */
                        kind: "quota";
                        /** @default null */
                        limit?: string | null;
                        meter_id: string;
                        /**
                         * @default refuse
                         * @enum {string}
                         */
                        on_unreachable?: "admit" | "refuse";
                        rate_per_second?: null;
                        /**
                         * @default customer
                         * @enum {string}
                         */
                        scope?: "customer" | "key";
                        units?: null;
                        /** @enum {string} */
                        window: "minute" | "hour" | "day" | "month" | "billing_period";
                    } | {
                        burst: number;
                        enforcement?: null;
                        feature?: null;
                        /** @enum {string} */
                        kind: "rate_limit";
                        limit?: null;
                        meter_id?: null;
                        /**
                         * @default admit
                         * @enum {string}
                         */
                        on_unreachable?: "admit" | "refuse";
                        rate_per_second: string;
                        scope?: null;
                        units?: null;
                        window?: null;
                    } | {
                        burst?: null;
                        enforcement?: null;
                        feature: string;
                        /** @enum {string} */
                        kind: "feature";
                        limit?: null;
                        meter_id?: null;
                        on_unreachable?: null;
                        rate_per_second?: null;
                        scope?: null;
                        units?: null;
                        window?: null;
                    } | {
                        burst?: null;
                        enforcement?: null;
                        feature?: null;
                        /** @enum {string} */
                        kind: "included_units";
                        limit?: null;
                        meter_id: string;
                        on_unreachable?: null;
                        rate_per_second?: null;
                        scope?: null;
                        units: string;
                        window?: null;
                    })[];
                    /** @default 1 */
                    interval_months?: number;
                    prices: ({
                        amount: string;
                        /**
                         * @default in_advance
                         * @enum {string}
                         */
                        billed?: "in_advance" | "in_arrears";
                        discount_percent?: null;
                        event_maximum?: null;
                        event_minimum?: null;
                        fixed_amount?: null;
                        free_amount?: null;
                        free_events?: null;
                        included_units?: null;
                        maximum_amount?: null;
                        meter_id?: null;
                        minimum_amount?: null;
                        /** @enum {string} */
                        model: "flat";
                        package_amount?: null;
                        package_rounding?: null;
                        package_size?: null;
                        quantity_in?: null;
                        rate?: null;
                        tiers?: null;
                        unit_amount?: null;
                        zero_usage_flat?: null;
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        event_maximum?: null;
                        event_minimum?: null;
                        fixed_amount?: null;
                        free_amount?: null;
                        free_events?: null;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "per_unit";
                        package_amount?: null;
                        package_rounding?: null;
                        package_size?: null;
                        quantity_in?: null;
                        rate?: null;
                        tiers?: null;
                        unit_amount: string;
                        zero_usage_flat?: null;
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        event_maximum?: null;
                        event_minimum?: null;
                        fixed_amount?: null;
                        free_amount?: null;
                        free_events?: null;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "graduated" | "volume";
                        package_amount?: null;
                        package_rounding?: null;
                        package_size?: null;
                        quantity_in?: null;
                        rate?: null;
                        tiers: {
                            flat_amount?: string;
                            unit_amount?: string;
                            up_to: string | null;
                        }[];
                        unit_amount?: null;
                        /**
                         * @default due
                         * @enum {string}
                         */
                        zero_usage_flat?: "due" | "waived";
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        event_maximum?: null;
                        event_minimum?: null;
                        fixed_amount?: null;
                        free_amount?: null;
                        free_events?: null;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "package";
                        package_amount: string;
                        /**
                         * @default up
                         * @enum {string}
                         */
                        package_rounding?: "up" | "down";
                        package_size: string;
                        quantity_in?: null;
                        rate?: null;
                        tiers?: null;
                        unit_amount?: null;
                        zero_usage_flat?: null;
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        event_maximum?: null;
                        event_minimum?: null;
                        fixed_amount?: null;
                        free_amount?: null;
                        free_events?: null;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "graduated_package";
                        package_amount?: null;
                        /**
                         * @default up
                         * @enum {string}
                         */
                        package_rounding?: "up" | "down";
                        package_size?: null;
                        quantity_in?: null;
                        rate?: null;
                        tiers: {
                            /** @default 0 */
                            flat_amount?: string;
                            package_amount: string;
                            package_size: string;
                            up_to: string | null;
                        }[];
                        unit_amount?: null;
                        /**
                         * @default due
                         * @enum {string}
                         */
                        zero_usage_flat?: "due" | "waived";
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        /** @default null */
                        event_maximum?: string | null;
                        /** @default null */
                        event_minimum?: string | null;
                        /** @default 0 */
                        fixed_amount?: string;
                        /** @default 0 */
                        free_amount?: string;
                        /** @default 0 */
                        free_events?: number;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "percentage";
                        package_amount?: null;
                        package_rounding?: null;
                        package_size?: null;
                        /**
                         * @default major
                         * @enum {string}
                         */
                        quantity_in?: "major" | "minor";
                        rate: string;
                        tiers?: null;
                        unit_amount?: null;
                        zero_usage_flat?: null;
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        /** @default null */
                        event_maximum?: string | null;
                        /** @default null */
                        event_minimum?: string | null;
                        /** @default 0 */
                        fixed_amount?: string;
                        /** @default 0 */
                        free_amount?: string;
                        /** @default 0 */
                        free_events?: number;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "graduated_percentage";
                        package_amount?: null;
                        package_rounding?: null;
                        package_size?: null;
                        /**
                         * @default major
                         * @enum {string}
                         */
                        quantity_in?: "major" | "minor";
                        rate?: null;
                        tiers: {
                            flat_amount?: string;
                            rate?: string;
                            up_to: string | null;
                        }[];
                        unit_amount?: null;
                        /**
                         * @default due
                         * @enum {string}
                         */
                        zero_usage_flat?: "due" | "waived";
                    })[];
                    /**
                     * @default second
                     * @enum {string}
                     */
                    proration?: "second" | "day";
                    /** @default null */
                    threshold_amount?: string | null;
                    /** @default 0 */
                    trial_days?: number;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanVersion"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    archivePublishedVersion: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanVersion"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    comparePlanVersion: {
        parameters: {
            query?: {
                from?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanVersionDiff"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    publishDraft: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanVersion"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listPlans: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Plan"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    createPlan: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default  */
                    description?: string;
                    /**
                     * @default plan
                     * @enum {string}
                     */
                    kind?: "plan" | "add_on";
                    name: string;
                    /** @default false */
                    pausable?: boolean;
                    /** @default false */
                    self_serve?: boolean;
                    slug: string;
                    /**
                     * @default keep
                     * @enum {string}
                     */
                    unpaid_action?: "keep" | "limit" | "block";
                    /** @default null */
                    unpaid_rate_per_second?: string | null;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getPlan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    changePlan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    description?: string;
                    name?: string;
                    pausable?: boolean;
                    self_serve?: boolean;
                    self_serve_default?: boolean;
                    /** @enum {string} */
                    unpaid_action?: "keep" | "limit" | "block";
                    unpaid_rate_per_second?: string | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    draftNextVersionOfPlan: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @default recurring
                     * @enum {string}
                     */
                    charged?: "recurring" | "once";
                    currency: string;
                    /** @default null */
                    customer_id?: string | null;
                    entitlements: ({
                        burst?: null;
                        /**
                         * @default hard
                         * @enum {string}
                         */
                        enforcement?: "hard" | "soft" | "unlimited";
                        feature?: null;
                        /** @enum {string} */
                        kind: "quota";
                        /** @default null */
                        limit?: string | null;
                        meter_id: string;
                        /**
                         * @default refuse
                         * @enum {string}
                         */
                        on_unreachable?: "admit" | "refuse";
                        rate_per_second?: null;
                        /**
                         * @default customer
                         * @enum {string}
                         */
                        scope?: "customer" | "key";
                        units?: null;
                        /** @enum {string} */
                        window: "minute" | "hour" | "day" | "month" | "billing_period";
                    } | {
                        burst: number;
                        enforcement?: null;
                        feature?: null;
                        /** @enum {string} */
                        kind: "rate_limit";
                        limit?: null;
                        meter_id?: null;
                        /**
                         * @default admit
                         * @enum {string}
                         */
                        on_unreachable?: "admit" | "refuse";
                        rate_per_second: string;
                        scope?: null;
                        units?: null;
                        window?: null;
                    } | {
                        burst?: null;
                        enforcement?: null;
                        feature: string;
                        /** @enum {string} */
                        kind: "feature";
                        limit?: null;
                        meter_id?: null;
                        on_unreachable?: null;
                        rate_per_second?: null;
                        scope?: null;
                        units?: null;
                        window?: null;
                    } | {
                        burst?: null;
                        enforcement?: null;
                        feature?: null;
                        /** @enum {string} */
                        kind: "included_units";
                        limit?: null;
                        meter_id: string;
                        on_unreachable?: null;
                        rate_per_second?: null;
                        scope?: null;
                        units: string;
                        window?: null;
                    })[];
                    /** @default 1 */
                    interval_months?: number;
                    prices: ({
                        amount: string;
                        /**
                         * @default in_advance
                         * @enum {string}
                         */
                        billed?: "in_advance" | "in_arrears";
                        discount_percent?: null;
                        event_maximum?: null;
                        event_minimum?: null;
                        fixed_amount?: null;
                        free_amount?: null;
                        free_events?: null;
                        included_units?: null;
                        maximum_amount?: null;
                        meter_id?: null;
                        minimum_amount?: null;
                        /** @enum {string} */
                        model: "flat";
                        package_amount?: null;
                        package_rounding?: null;
                        package_size?: null;
                        quantity_in?: null;
                        rate?: null;
                        tiers?: null;
                        unit_amount?: null;
                        zero_usage_flat?: null;
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        event_maximum?: null;
                        event_minimum?: null;
                        fixed_amount?: null;
                        free_amount?: null;
                        free_events?: null;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "per_unit";
                        package_amount?: null;
                        package_rounding?: null;
                        package_size?: null;
                        quantity_in?: null;
                        rate?: null;
                        tiers?: null;
                        unit_amount: string;
                        zero_usage_flat?: null;
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        event_maximum?: null;
                        event_minimum?: null;
                        fixed_amount?: null;
                        free_amount?: null;
                        free_events?: null;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "graduated" | "volume";
                        package_amount?: null;
                        package_rounding?: null;
                        package_size?: null;
                        quantity_in?: null;
                        rate?: null;
                        tiers: {
                            flat_amount?: string;
                            unit_amount?: string;
                            up_to: string | null;
                        }[];
                        unit_amount?: null;
                        /**
                         * @default due
                         * @enum {string}
                         */
                        zero_usage_flat?: "due" | "waived";
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        event_maximum?: null;
                        event_minimum?: null;
                        fixed_amount?: null;
                        free_amount?: null;
                        free_events?: null;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "package";
                        package_amount: string;
                        /**
                         * @default up
                         * @enum {string}
                         */
                        package_rounding?: "up" | "down";
                        package_size: string;
                        quantity_in?: null;
                        rate?: null;
                        tiers?: null;
                        unit_amount?: null;
                        zero_usage_flat?: null;
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        event_maximum?: null;
                        event_minimum?: null;
                        fixed_amount?: null;
                        free_amount?: null;
                        free_events?: null;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "graduated_package";
                        package_amount?: null;
                        /**
                         * @default up
                         * @enum {string}
                         */
                        package_rounding?: "up" | "down";
                        package_size?: null;
                        quantity_in?: null;
                        rate?: null;
                        tiers: {
                            /** @default 0 */
                            flat_amount?: string;
                            package_amount: string;
                            package_size: string;
                            up_to: string | null;
                        }[];
                        unit_amount?: null;
                        /**
                         * @default due
                         * @enum {string}
                         */
                        zero_usage_flat?: "due" | "waived";
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        /** @default null */
                        event_maximum?: string | null;
                        /** @default null */
                        event_minimum?: string | null;
                        /** @default 0 */
                        fixed_amount?: string;
                        /** @default 0 */
                        free_amount?: string;
                        /** @default 0 */
                        free_events?: number;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "percentage";
                        package_amount?: null;
                        package_rounding?: null;
                        package_size?: null;
                        /**
                         * @default major
                         * @enum {string}
                         */
                        quantity_in?: "major" | "minor";
                        rate: string;
                        tiers?: null;
                        unit_amount?: null;
                        zero_usage_flat?: null;
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        /** @default null */
                        event_maximum?: string | null;
                        /** @default null */
                        event_minimum?: string | null;
                        /** @default 0 */
                        fixed_amount?: string;
                        /** @default 0 */
                        free_amount?: string;
                        /** @default 0 */
                        free_events?: number;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "graduated_percentage";
                        package_amount?: null;
                        package_rounding?: null;
                        package_size?: null;
                        /**
                         * @default major
                         * @enum {string}
                         */
                        quantity_in?: "major" | "minor";
                        rate?: null;
                        tiers: {
                            flat_amount?: string;
                            rate?: string;
                            up_to: string | null;
                        }[];
                        unit_amount?: null;
                        /**
                         * @default due
                         * @enum {string}
                         */
                        zero_usage_flat?: "due" | "waived";
                    })[];
                    /**
                     * @default second
                     * @enum {string}
                     */
                    proration?: "second" | "day";
                    /** @default null */
                    threshold_amount?: string | null;
                    /** @default 0 */
                    trial_days?: number;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanVersion"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    previewPrice: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    active_days?: number;
                    added_units?: string;
                    already_billed_amount?: string;
                    already_rated_quantities?: string[];
                    already_rated_quantity?: string;
                    currency: string;
                    /** @default true */
                    final?: boolean;
                    period_days?: number;
                    price: {
                        amount: string;
                        /**
                         * @default in_advance
                         * @enum {string}
                         */
                        billed?: "in_advance" | "in_arrears";
                        discount_percent?: null;
                        event_maximum?: null;
                        event_minimum?: null;
                        fixed_amount?: null;
                        free_amount?: null;
                        free_events?: null;
                        included_units?: null;
                        maximum_amount?: null;
                        meter_id?: null;
                        minimum_amount?: null;
                        /** @enum {string} */
                        model: "flat";
                        package_amount?: null;
                        package_rounding?: null;
                        package_size?: null;
                        quantity_in?: null;
                        rate?: null;
                        tiers?: null;
                        unit_amount?: null;
                        zero_usage_flat?: null;
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        event_maximum?: null;
                        event_minimum?: null;
                        fixed_amount?: null;
                        free_amount?: null;
                        free_events?: null;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "per_unit";
                        package_amount?: null;
                        package_rounding?: null;
                        package_size?: null;
                        quantity_in?: null;
                        rate?: null;
                        tiers?: null;
                        unit_amount: string;
                        zero_usage_flat?: null;
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        event_maximum?: null;
                        event_minimum?: null;
                        fixed_amount?: null;
                        free_amount?: null;
                        free_events?: null;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "graduated" | "volume";
                        package_amount?: null;
                        package_rounding?: null;
                        package_size?: null;
                        quantity_in?: null;
                        rate?: null;
                        tiers: {
                            flat_amount?: string;
                            unit_amount?: string;
                            up_to: string | null;
                        }[];
                        unit_amount?: null;
                        /**
                         * @default due
                         * @enum {string}
                         */
                        zero_usage_flat?: "due" | "waived";
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        event_maximum?: null;
                        event_minimum?: null;
                        fixed_amount?: null;
                        free_amount?: null;
                        free_events?: null;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "package";
                        package_amount: string;
                        /**
                         * @default up
                         * @enum {string}
                         */
                        package_rounding?: "up" | "down";
                        package_size: string;
                        quantity_in?: null;
                        rate?: null;
                        tiers?: null;
                        unit_amount?: null;
                        zero_usage_flat?: null;
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        event_maximum?: null;
                        event_minimum?: null;
                        fixed_amount?: null;
                        free_amount?: null;
                        free_events?: null;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "graduated_package";
                        package_amount?: null;
                        /**
                         * @default up
                         * @enum {string}
                         */
                        package_rounding?: "up" | "down";
                        package_size?: null;
                        quantity_in?: null;
                        rate?: null;
                        tiers: {
                            /** @default 0 */
                            flat_amount?: string;
                            package_amount: string;
                            package_size: string;
                            up_to: string | null;
                        }[];
                        unit_amount?: null;
                        /**
                         * @default due
                         * @enum {string}
                         */
                        zero_usage_flat?: "due" | "waived";
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        /** @default null */
                        event_maximum?: string | null;
                        /** @default null */
                        event_minimum?: string | null;
                        /** @default 0 */
                        fixed_amount?: string;
                        /** @default 0 */
                        free_amount?: string;
                        /** @default 0 */
                        free_events?: number;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "percentage";
                        package_amount?: null;
                        package_rounding?: null;
                        package_size?: null;
                        /**
                         * @default major
                         * @enum {string}
                         */
                        quantity_in?: "major" | "minor";
                        rate: string;
                        tiers?: null;
                        unit_amount?: null;
                        zero_usage_flat?: null;
                    } | {
                        amount?: null;
                        billed?: null;
                        /** @default 0 */
                        discount_percent?: string;
                        /** @default null */
                        event_maximum?: string | null;
                        /** @default null */
                        event_minimum?: string | null;
                        /** @default 0 */
                        fixed_amount?: string;
                        /** @default 0 */
                        free_amount?: string;
                        /** @default 0 */
                        free_events?: number;
                        /** @default 0 */
                        included_units?: string;
                        /** @default null */
                        maximum_amount?: string | null;
                        meter_id: string;
                        /** @default null */
                        minimum_amount?: string | null;
                        /** @enum {string} */
                        model: "graduated_percentage";
                        package_amount?: null;
                        package_rounding?: null;
                        package_size?: null;
                        /**
                         * @default major
                         * @enum {string}
                         */
                        quantity_in?: "major" | "minor";
                        rate?: null;
                        tiers: {
                            flat_amount?: string;
                            rate?: string;
                            up_to: string | null;
                        }[];
                        unit_amount?: null;
                        /**
                         * @default due
                         * @enum {string}
                         */
                        zero_usage_flat?: "due" | "waived";
                    };
                    quantities?: string[];
                    quantity?: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PricePreview"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listRaisedQuotas: {
        parameters: {
            query?: {
                cursor?: string;
                customer_id?: string;
                limit?: number;
                state?: "active" | "ended";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["QuotaOverride"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    raiseQuotaOfOneCustomer: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    customer_id: string;
                    /**
                     * Format: date-time
                     * @default null
                     */
                    ends_at?: string | null;
                    limit: string;
                    meter_id: string;
                    reason: string;
                    /** @default null */
                    replaces?: string | null;
                    /**
                     * @default customer
                     * @enum {string}
                     */
                    scope?: "customer" | "key";
                    /** @enum {string} */
                    window: "minute" | "hour" | "day" | "month" | "billing_period";
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaOverride"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getRaisedQuota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaOverride"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    endRaisedQuota: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaOverride"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listRequestsForLargerQuotas: {
        parameters: {
            query?: {
                cursor?: string;
                customer_id?: string;
                limit?: number;
                state?: "open" | "granted" | "declined" | "withdrawn";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["QuotaRequest"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getRequestForLargerQuota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaRequest"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    answerRequestForLargerQuota: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default  */
                    answer?: string;
                    /** @enum {string} */
                    decision: "granted" | "declined";
                    raise?: {
                        /**
                         * Format: date-time
                         * @default null
                         */
                        ends_at?: string | null;
                        limit: string;
                    };
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaRequest"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    openQuotaWindowsOfAllCustomersOfOneOrOfBoot: {
        parameters: {
            query?: {
                boot?: string;
                cursor?: string;
                customer_id?: string;
                gateway?: string;
                limit?: number;
                meter_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["QuotaWindowState"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listReconciliations: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Reconciliation"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    compareBooksNow: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getReconciliation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listDifferencesOfReconciliation: {
        parameters: {
            query?: {
                cursor?: string;
                customer_id?: string;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Difference"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getDifferencesOfReconciliationAsCSV: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listRowsBehindDifference: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                position: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RowsBehindDifference"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    repairDifference: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    position: number;
                    /** @enum {string} */
                    repair?: "tell_again" | "read_again" | "void_double" | "refund_over" | "credit_over" | "refund_void" | "credit_rest";
                };
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Difference"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listWhatEachBookHasByCustomerAndMonth: {
        parameters: {
            query?: {
                cursor?: string;
                customer_id?: string;
                limit?: number;
                only?: "differing";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["CustomerTotals"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    lastTimeDatabaseWentBackAndWhatItWaitsFor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryState"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getHowLongWhatGrowsIsKept: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Retention"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    setHowLongWhatGrowsIsKept: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetentionSettings"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Retention"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listRoutes: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                state?: "active" | "disabled";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Route"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    createRoute: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @default [
                     *       "ok"
                     *     ]
                     */
                    billable_outcomes?: ("ok" | "redirect" | "client_error" | "server_error" | "upstream_timeout" | "upstream_error" | "client_abort")[];
                    /** @default false */
                    billed_once?: boolean;
                    /** @default null */
                    circuit_breaker?: {
                        /** @default 5 */
                        failures?: number;
                        /** @default 10000 */
                        open_ms?: number;
                    } | null;
                    /** @default 10000 */
                    connect_timeout_ms?: number;
                    /** @default null */
                    cors?: {
                        /** @default false */
                        credentials?: boolean;
                        /** @default [] */
                        expose?: string[];
                        /**
                         * @default [
                         *       "*"
                         *     ]
                         */
                        headers?: ("*" | string)[];
                        /** @default 600 */
                        max_age_s?: number;
                        origins: string[];
                    } | null;
                    /** @default false */
                    cost_headers?: boolean;
                    /** @default null */
                    health_check?: {
                        /** @default 2 */
                        healthy_after?: number;
                        /** @default 10000 */
                        interval_ms?: number;
                        path: string;
                        /** @default 2000 */
                        timeout_ms?: number;
                        /** @default 3 */
                        unhealthy_after?: number;
                    } | null;
                    /** @default * */
                    host?: string;
                    /** @default null */
                    idle_timeout_ms?: number | null;
                    /** @default [] */
                    ip_allow?: string[];
                    /** @default [] */
                    ip_deny?: string[];
                    /** @default null */
                    jwt?: {
                        /**
                         * @default [
                         *       "RS256",
                         *       "ES256",
                         *       "EdDSA"
                         *     ]
                         */
                        algorithms?: ("RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" | "ES256" | "ES384" | "EdDSA")[];
                        audience: string[];
                        /** @default sub */
                        claim?: string;
                        /** @default 30 */
                        clock_tolerance_s?: number;
                        /** @default false */
                        forward?: boolean;
                        issuer: string;
                        /** @default null */
                        jwks_url?: string | null;
                        /**
                         * @default customer
                         * @enum {string}
                         */
                        names?: "customer" | "key";
                    } | null;
                    /**
                     * @default {
                     *       "header": "x-api-key",
                     *       "bearer": true,
                     *       "query": null
                     *     }
                     */
                    key_location?: {
                        /** @default true */
                        bearer?: boolean;
                        /** @default x-api-key */
                        header?: string | null;
                        /** @default null */
                        query?: string | null;
                    };
                    /** @default null */
                    maintenance?: {
                        /** @default null */
                        message?: string | null;
                        /** @default 60 */
                        retry_after_s?: number;
                    } | null;
                    /** @default 10485760 */
                    max_body_bytes?: number;
                    /**
                     * @default [
                     *       {
                     *         "source": "request",
                     *         "meter": "requests",
                     *         "units": 1
                     *       }
                     *     ]
                     */
                    metering?: ({
                        meter: string;
                        /** @enum {string} */
                        source: "request";
                        /** @default 1 */
                        units?: number;
                    } | {
                        meter: string;
                        /** @enum {string} */
                        source: "request_bytes";
                        /** @default 1 */
                        units?: number;
                    } | {
                        /** @default null */
                        max_cost?: number | null;
                        meter: string;
                        /** @enum {string} */
                        source: "response_bytes";
                        /** @default 1 */
                        units?: number;
                    } | {
                        /** @default null */
                        max_cost?: number | null;
                        meter: string;
                        /** @enum {string} */
                        source: "request_messages";
                        /** @default 1 */
                        units?: number;
                    } | {
                        /** @default null */
                        max_cost?: number | null;
                        meter: string;
                        /** @enum {string} */
                        source: "response_messages";
                        /** @default 1 */
                        units?: number;
                    } | {
                        /** @default null */
                        max_cost?: number | null;
                        meter: string;
                        /** @enum {string} */
                        source: "duration";
                        /** @default 1 */
                        units?: number;
                    } | {
                        /** @default 0 */
                        fallback?: number;
                        header: string;
                        /** @default null */
                        max_cost?: number | null;
                        /** @default 1000000000 */
                        max_value?: number;
                        meter: string;
                        /** @enum {string} */
                        source: "response_header";
                        /** @default 1 */
                        units?: number;
                    } | {
                        /** @default 0 */
                        fallback?: number;
                        /** @default null */
                        max_cost?: number | null;
                        /** @default 1000000000 */
                        max_value?: number;
                        meter: string;
                        pointer: string;
                        /** @enum {string} */
                        source: "response_json";
                        /** @default 1 */
                        units?: number;
                    } | {
                        /** @default 0 */
                        fallback?: number;
                        /** @default null */
                        max_cost?: number | null;
                        /** @default 1000000000 */
                        max_value?: number;
                        meter: string;
                        pointer: string;
                        /** @enum {string} */
                        source: "response_sse";
                        /** @default 1 */
                        units?: number;
                    })[];
                    /**
                     * @default [
                     *       "*"
                     *     ]
                     */
                    methods?: ("*" | "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS")[];
                    name: string;
                    path_pattern: string;
                    /** @default false */
                    public?: boolean;
                    /** @default [] */
                    request_headers?: {
                        name: string;
                        /** @enum {string} */
                        op: "set" | "add" | "remove";
                        prefix?: string;
                        secret?: string;
                        value?: string;
                    }[];
                    /** @default [] */
                    required_features?: string[];
                    /** @default [] */
                    required_scopes?: string[];
                    /** @default [] */
                    response_headers?: {
                        name: string;
                        /** @enum {string} */
                        op: "set" | "add" | "remove";
                        value?: string;
                    }[];
                    /** @default null */
                    retries?: {
                        /** @default 1 */
                        attempts?: number;
                        /** @default 20 */
                        budget_percent?: number;
                        /**
                         * @default [
                         *       502,
                         *       503,
                         *       504
                         *     ]
                         */
                        statuses?: number[];
                    } | null;
                    /** @default null */
                    rewrite_path?: string | null;
                    /**
                     * @default active
                     * @enum {string}
                     */
                    state?: "active" | "disabled";
                    /** @default null */
                    strip_prefix?: string | null;
                    /** @default 30000 */
                    timeout_ms?: number;
                    /** @default null */
                    total_timeout_ms?: number | null;
                    upstream_url?: string;
                    upstreams?: {
                        tls?: {
                            /** @default null */
                            ca?: string | null;
                            /** @default null */
                            certificate?: string | null;
                            /** @default null */
                            key?: string | null;
                            /** @default null */
                            server_name?: string | null;
                        };
                        url: string;
                        /** @default 1 */
                        weight?: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Route"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getRoute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Route"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    deleteRoute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    changeRoute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    billable_outcomes?: ("ok" | "redirect" | "client_error" | "server_error" | "upstream_timeout" | "upstream_error" | "client_abort")[];
                    billed_once?: boolean;
                    circuit_breaker?: {
                        /** @default 5 */
                        failures?: number;
                        /** @default 10000 */
                        open_ms?: number;
                    } | null;
                    connect_timeout_ms?: number;
                    cors?: {
                        /** @default false */
                        credentials?: boolean;
                        /** @default [] */
                        expose?: string[];
                        /**
                         * @default [
                         *       "*"
                         *     ]
                         */
                        headers?: ("*" | string)[];
                        /** @default 600 */
                        max_age_s?: number;
                        origins: string[];
                    } | null;
                    cost_headers?: boolean;
                    health_check?: {
                        /** @default 2 */
                        healthy_after?: number;
                        /** @default 10000 */
                        interval_ms?: number;
                        path: string;
                        /** @default 2000 */
                        timeout_ms?: number;
                        /** @default 3 */
                        unhealthy_after?: number;
                    } | null;
                    host?: string;
                    idle_timeout_ms?: number | null;
                    ip_allow?: string[];
                    ip_deny?: string[];
                    jwt?: {
                        /**
                         * @default [
                         *       "RS256",
                         *       "ES256",
                         *       "EdDSA"
                         *     ]
                         */
                        algorithms?: ("RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" | "ES256" | "ES384" | "EdDSA")[];
                        audience: string[];
                        /** @default sub */
                        claim?: string;
                        /** @default 30 */
                        clock_tolerance_s?: number;
                        /** @default false */
                        forward?: boolean;
                        issuer: string;
                        /** @default null */
                        jwks_url?: string | null;
                        /**
                         * @default customer
                         * @enum {string}
                         */
                        names?: "customer" | "key";
                    } | null;
                    key_location?: {
                        /** @default true */
                        bearer?: boolean;
                        /** @default x-api-key */
                        header?: string | null;
                        /** @default null */
                        query?: string | null;
                    };
                    maintenance?: {
                        /** @default null */
                        message?: string | null;
                        /** @default 60 */
                        retry_after_s?: number;
                    } | null;
                    max_body_bytes?: number;
                    metering?: ({
                        meter: string;
                        /** @enum {string} */
                        source: "request";
                        /** @default 1 */
                        units?: number;
                    } | {
                        meter: string;
                        /** @enum {string} */
                        source: "request_bytes";
                        /** @default 1 */
                        units?: number;
                    } | {
                        /** @default null */
                        max_cost?: number | null;
                        meter: string;
                        /** @enum {string} */
                        source: "response_bytes";
                        /** @default 1 */
                        units?: number;
                    } | {
                        /** @default null */
                        max_cost?: number | null;
                        meter: string;
                        /** @enum {string} */
                        source: "request_messages";
                        /** @default 1 */
                        units?: number;
                    } | {
                        /** @default null */
                        max_cost?: number | null;
                        meter: string;
                        /** @enum {string} */
                        source: "response_messages";
                        /** @default 1 */
                        units?: number;
                    } | {
                        /** @default null */
                        max_cost?: number | null;
                        meter: string;
                        /** @enum {string} */
                        source: "duration";
                        /** @default 1 */
                        units?: number;
                    } | {
                        /** @default 0 */
                        fallback?: number;
                        header: string;
                        /** @default null */
                        max_cost?: number | null;
                        /** @default 1000000000 */
                        max_value?: number;
                        meter: string;
                        /** @enum {string} */
                        source: "response_header";
                        /** @default 1 */
                        units?: number;
                    } | {
                        /** @default 0 */
                        fallback?: number;
                        /** @default null */
                        max_cost?: number | null;
                        /** @default 1000000000 */
                        max_value?: number;
                        meter: string;
                        pointer: string;
                        /** @enum {string} */
                        source: "response_json";
                        /** @default 1 */
                        units?: number;
                    } | {
                        /** @default 0 */
                        fallback?: number;
                        /** @default null */
                        max_cost?: number | null;
                        /** @default 1000000000 */
                        max_value?: number;
                        meter: string;
                        pointer: string;
                        /** @enum {string} */
                        source: "response_sse";
                        /** @default 1 */
                        units?: number;
                    })[];
                    methods?: ("*" | "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS")[];
                    name?: string;
                    path_pattern?: string;
                    public?: boolean;
                    request_headers?: {
                        name: string;
                        /** @enum {string} */
                        op: "set" | "add" | "remove";
                        prefix?: string;
                        secret?: string;
                        value?: string;
                    }[];
                    required_features?: string[];
                    required_scopes?: string[];
                    response_headers?: {
                        name: string;
                        /** @enum {string} */
                        op: "set" | "add" | "remove";
                        value?: string;
                    }[];
                    retries?: {
                        /** @default 1 */
                        attempts?: number;
                        /** @default 20 */
                        budget_percent?: number;
                        /**
                         * @default [
                         *       502,
                         *       503,
                         *       504
                         *     ]
                         */
                        statuses?: number[];
                    } | null;
                    rewrite_path?: string | null;
                    /** @enum {string} */
                    state?: "active" | "disabled";
                    strip_prefix?: string | null;
                    timeout_ms?: number;
                    total_timeout_ms?: number | null;
                    upstream_url?: string;
                    upstreams?: {
                        tls?: {
                            /** @default null */
                            ca?: string | null;
                            /** @default null */
                            certificate?: string | null;
                            /** @default null */
                            key?: string | null;
                            /** @default null */
                            server_name?: string | null;
                        };
                        url: string;
                        /** @default 1 */
                        weight?: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Route"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    howRoutesUpstreamsDo: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RouteHealth"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    valuesThatRoutesMeteringCouldNotRead: {
        parameters: {
            query?: {
                days?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValueFaults"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listVersionsOfRoute: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["RouteVersion"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    testPath: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default null */
                    address?: string | null;
                    /** @default  */
                    host?: string;
                    /** @default null */
                    key_id?: string | null;
                    /** @default GET */
                    method?: string;
                    path: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RouteTrial"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listSecrets: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Secret"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    createSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    value: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    deleteSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    replaceTextOfSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    value: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getHowStripeIsToldAndTells: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StripeState"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listEventsOfStripes: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                state?: "taken" | "waiting" | "failed" | "unknown";
                type?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["StripeEvent"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    followEventAgain: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                event_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is followed again */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listCustomersOfWhomStripeIsToBeTold: {
        parameters: {
            query?: {
                cursor?: string;
                customer_id?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["StripeQueued"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    tellStripeOfCustomerNow: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Stripe is being told */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listSubscriptions: {
        parameters: {
            query?: {
                cursor?: string;
                customer_id?: string;
                limit?: number;
                plan_version_id?: string;
                state?: "trialing" | "active" | "past_due" | "paused" | "canceled";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ListedSubscription"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    subscribeCustomer: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    customer_id: string;
                    plan_version_id: string;
                    /** Format: date-time */
                    starts_at?: string;
                    trial_days?: number;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getSubscription: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listSubscriptionsAddons: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["SubscriptionAddOn"][];
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    cancelSubscriptionNow: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    moveToAnotherPlanVersion: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default now */
                    at?: ("now" | "period_end") | string;
                    plan_version_id: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    withdrawWhatIsPending: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    previewStep: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default now */
                    at?: ("now" | "period_end") | string;
                    /** @default false */
                    credit_unused?: boolean;
                    plan_version_id?: string;
                    quantity?: number;
                    /** Format: date-time */
                    resumes_at?: string;
                    /** @enum {string} */
                    step: "change" | "cancel" | "pause" | "resume" | "add_on";
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubscriptionPreview"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    takeStep: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default now */
                    at?: ("now" | "period_end") | string;
                    /** @default false */
                    credit_unused?: boolean;
                    plan_version_id?: string;
                    quantity?: number;
                    /** Format: date-time */
                    resumes_at?: string;
                    /** @enum {string} */
                    step: "change" | "cancel" | "pause" | "resume" | "add_on";
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getSubscriptionsTimeline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Timeline"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listTaxRates: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["TaxRate"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    createTaxRate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default false */
                    inclusive?: boolean;
                    name: string;
                    percent: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaxRate"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getOneOfTaxRates: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaxRate"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    renameTaxRate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaxRate"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    archiveOneOfTaxRates: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaxRate"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getTestClock: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestClock"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    moveTestClockForward: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: date-time */
                    to: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestClock"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    usageOverTime: {
        parameters: {
            query?: {
                customer_id?: string;
                from?: string;
                group_by?: "none" | "outcome" | "route" | "key" | "meter";
                interval?: "minute" | "hour" | "day";
                key_id?: string;
                meter?: string;
                route_id?: string;
                to?: string;
                zone?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageSeries"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    gatewaysOwnCountsAgainstLedger: {
        parameters: {
            query?: {
                customer_id?: string;
                from?: string;
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageCounts"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    batchesThatCouldNotBeRead: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["DeadLetter"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    bytesOfDeadLetter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                boot: string;
                gateway: string;
                sequence: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As they came */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    giveDeadLetterUp: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                boot: string;
                gateway: string;
                sequence: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    note: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterResolution"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    recordDeadLetterAfterAll: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path: {
                boot: string;
                gateway: string;
                sequence: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterResolution"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    ledgerRowsOfCustomer: {
        parameters: {
            query: {
                cursor?: string;
                customer_id: string;
                from?: string;
                key_id?: string;
                limit?: number;
                meter?: string;
                outcome?: "ok" | "redirect" | "client_error" | "server_error" | "upstream_timeout" | "upstream_error" | "client_abort";
                roll?: string;
                route_id?: string;
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["UsageEntry"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    usageKnownToBeLostOrUnreadable: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["UsageGap"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: {
                cursor?: string;
                email?: string;
                limit?: number;
                role?: "admin" | "user";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["User"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your choosing, one per deed: the same key and request within a day gets the first answer again, with `Idempotent-Replayed: true`; with another request it is 422 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: string;
                    name: string;
                    password?: string;
                    /**
                     * @default user
                     * @enum {string}
                     */
                    role?: "admin" | "user";
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    deleteUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    changeUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    /** @enum {string} */
                    role?: "admin" | "user";
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
    takeSecondFactorOffUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken off */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        code: string;
                        detail: string;
                        errors?: {
                            message: string;
                            path: string;
                        }[];
                        request_id: string;
                        status: number;
                        title: string;
                        type: string;
                    };
                };
            };
        };
    };
}
