/** What `secrets init` writes: a configuration that is sound as it is, to be changed. */
export const STARTER = `# yaml-language-server: $schema=./node_modules/secrets-reconciler/schemas/config.schema.json
version: 1
stack: my-stack                 # names the state, and marks what is ours

providers:
  helios:                       # SingleStore Helios
    type: singlestore
    api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN }
  # warehouse:                  # a Postgres with pg_duckdb
  #   type: postgres
  #   url: { env: WAREHOUSE_URL }

secrets:
  EXAMPLE_TOKEN:
    value: { env: EXAMPLE_TOKEN }         # never the value itself
    # owners: [user:you@example.com, team:Platform]
    # readers: [team:Data Engineering]

# duckdb_servers:
#   lake:
#     type: s3
#     options: { region: us-east-1, scope: s3://lake }
#     user_mappings:
#       analyst:
#         key_id: { env: LAKE_KEY_ID }
#         secret: { secret: EXAMPLE_TOKEN }   # one source, two systems
`;
