/** Where the API has the second factor of who is signed in. */
export const TWO_FACTOR = '/portal/v1/me/two-factor';
