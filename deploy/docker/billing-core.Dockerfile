# syntax=docker/dockerfile:1
# billing-core, and its commands: `node billing-core/src/migrate.js`, `create-admin.js`,
# `create-token.js`, `declare-restore.js`, `apply-erasures.js`.
#   docker build -f deploy/docker/billing-core.Dockerfile -t tollgate/billing-core .
# In production name the base by its digest: --build-arg NODE_IMAGE=node:26-slim@sha256:…
ARG NODE_IMAGE=node:26-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
# Packages change less often than sources: this layer is kept between builds.
COPY package.json package-lock.json ./
COPY gateway/package.json gateway/
COPY billing-core/package.json billing-core/
COPY web/package.json web/
COPY stripe-sim/package.json stripe-sim/
COPY client/package.json client/
COPY scripts/repair-driver.ts scripts/
RUN npm ci --no-audit --no-fund
COPY . .
RUN node --disable-warning=ExperimentalWarning scripts/release/main.ts billing-core /release

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="Tollgate billing-core" \
  org.opencontainers.image.description="Catalog, customers, usage ledger, quotas and invoices on PostgreSQL" \
  org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
  HOST=0.0.0.0 \
  PORT=8080 \
  PRIVATE_PORT=9090
# Nobody installs anything here any more; the data folder is the one place that is written to.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /opt/yarn* \
  && mkdir -p /var/lib/tollgate \
  && chown -R 1000:1000 /var/lib/tollgate
WORKDIR /app
# Owned by root: the program can't change itself.
COPY --from=build /release ./
USER 1000:1000
EXPOSE 8080 9090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9090/readyz').then(({ok}) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "billing-core/src/main.js"]
