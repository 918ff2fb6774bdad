// Runs npm's client-oauth2 with its default settings. It uses HTTP Basic, with an empty secret if the client has none.
//
//     node owner.js http://127.0.0.1:PORT
const assert = require('assert')
const ClientOAuth2 = require('client-oauth2')

const url = process.argv[2]

async function lives (clientId, clientSecret) {
  const client = new ClientOAuth2({ clientId, clientSecret, accessTokenUri: url + '/token' })
  const first = await client.owner.getToken('ivan', 'ivan')
  assert.strictEqual(first.data.user_name, 'ivan')
  const second = await first.refresh()
  assert.notStrictEqual(second.refreshToken, first.refreshToken)
  const request = second.sign({ method: 'get', url: url + '/api/v1/whoami', headers: {} })
  const answer = await fetch(request.url, { headers: request.headers })
  assert.strictEqual((await answer.json()).name, 'ivan')
}

async function main () {
  await lives('public-app')
  await lives('rotating', 'rotating-secret-for-the-demo-only')
  await assert.rejects(lives('rotating', 'wrong'), refused => refused.code === 'EAUTH' && refused.body.error === 'invalid_client')
  console.log('client-oauth2: as expected')
}

main().catch(error => {
  console.error(error)
  process.exit(1)
})
