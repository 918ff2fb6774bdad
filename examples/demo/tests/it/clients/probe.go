// The OAuth client of golang.org/x/oauth2 with its default settings. It finds out how the client must authenticate:
// first it tries HTTP Basic, then the form.
//
//	probe http://127.0.0.1:PORT
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// counted records the status of each response of the token endpoint.
type counted struct{ statuses []int }

func (c *counted) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(request)
	if err == nil && request.URL.Path == "/token" {
		c.statuses = append(c.statuses, response.StatusCode)
	}
	return response, err
}

func must(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// lives signs in, requests /whoami, and refreshes by the library's own token source.
func lives(url, id, secret string) {
	seen := &counted{}
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{Transport: seen})
	config := &oauth2.Config{ClientID: id, ClientSecret: secret, Endpoint: oauth2.Endpoint{TokenURL: url + "/token"}}
	first, err := config.PasswordCredentialsToken(ctx, "ivan", "ivan")
	must(err)
	old := *first
	old.Expiry = time.Now().Add(-time.Hour)
	source := config.TokenSource(ctx, &old)
	second, err := source.Token()
	must(err)
	if second.RefreshToken == first.RefreshToken || second.AccessToken == first.AccessToken {
		must(errors.New(id + ": nothing was refreshed"))
	}
	answer, err := oauth2.NewClient(ctx, source).Get(url + "/api/v1/whoami")
	must(err)
	defer answer.Body.Close()
	var who struct{ Name string }
	must(json.NewDecoder(answer.Body).Decode(&who))
	if who.Name != "ivan" {
		must(fmt.Errorf("%s: it is %q", id, who.Name))
	}
	if fmt.Sprint(seen.statuses) != "[200 200]" {
		must(fmt.Errorf("%s: the first probe fits, and the endpoint said %v", id, seen.statuses))
	}
}

func main() {
	url := os.Args[1]
	lives(url, "public-app", "")
	lives(url, "rotating", "rotating-secret-for-the-demo-only")
	wrong := &oauth2.Config{ClientID: "rotating", ClientSecret: "wrong", Endpoint: oauth2.Endpoint{TokenURL: url + "/token?wrong"}}
	_, err := wrong.PasswordCredentialsToken(context.Background(), "ivan", "ivan")
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) || !strings.Contains(string(refused.Body), `"invalid_client"`) {
		must(fmt.Errorf("a wrong secret: %v", err))
	}
	fmt.Println("x/oauth2: as expected")
}
