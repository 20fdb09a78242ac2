package request_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check/request"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]request.Address{
		":8080":                      {Port: 8080, Path: "/"},
		":8080/ready?full=1":         {Port: 8080, Path: "/ready?full=1"},
		"http://:8080/ready":         {Port: 8080, Path: "/ready"},
		"https://:8443/":             {TLS: true, Port: 8443, Path: "/"},
		"http://example.com/a":       {Host: "example.com", Path: "/a"},
		"https://example.com:9443/a": {TLS: true, Host: "example.com:9443", Path: "/a"},
		"http://[::1]:80/":           {Host: "[::1]:80", Path: "/"},
	} {
		got, err := request.Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

func TestParseRejects(t *testing.T) {
	const form = " is neither [http[s]://]:PORT/PATH, in each pod, nor http[s]://HOST/PATH"
	for text, want := range map[string]string{
		"":                            "there is no address",
		"8080/ready":                  `address "8080/ready"` + form,
		"ftp://example.com/":          `address "ftp://example.com/"` + form,
		"http:///ready":               `address "http:///ready"` + form,
		":0/ready":                    `address ":0/ready" has no port from 1 to 65535`,
		":99999/ready":                `address ":99999/ready" has no port from 1 to 65535`,
		":http/ready":                 "the address is none; it is [http[s]://]:PORT/PATH in each pod, or http[s]://HOST/PATH",
		"http://me:hunter2@host/":     "the address has a user or a password in it, which would be shown and recorded",
		"http://hunter2@host/":        "the address has a user or a password in it, which would be shown and recorded",
		":80/?a=1&access_token=hunt2": `the address has "access_token" in its query, which may be a secret and would be shown and recorded`,
		":80/?PASSWORD=hunter2":       `the address has "PASSWORD" in its query, which may be a secret and would be shown and recorded`,
		":80/?a=%zz":                  "the query of the address can't be read",
		":80/#x":                      `address ":80/#x" has a fragment, which no server is sent`,
		":80/\x1b":                    "the address has characters that don't belong into one",
	} {
		_, err := request.Parse(text)
		require.EqualError(t, err, want, text)
	}
}

func TestJudge(t *testing.T) {
	type answer struct {
		Met   bool
		Words string
		Err   string
	}
	tests := []struct {
		expect string
		code   int
		body   string
		want   answer
	}{
		{"200-299", 204, "", answer{Met: true, Words: "HTTP 204 No Content"}},
		{"200-299", 503, "", answer{Words: "HTTP 503 Service Unavailable"}},
		{"200-299", 302, "", answer{Words: "HTTP 302 Found"}},
		{"200-299", 403, "", answer{Err: "HTTP 403 Forbidden"}},
		{"403", 403, "", answer{Met: true, Words: "HTTP 403 Forbidden"}},
		{"503", 200, "", answer{Words: "HTTP 200 OK"}},
		{"jsonpath={.status}==green", 200, `{"status":"green"}`, answer{Met: true, Words: "{.status} is green"}},
		{"jsonpath={.status}==green", 200, `{"status":"red"}`, answer{Words: "{.status} is red"}},
		{"jsonpath={.status}!=red", 200, `{"status":"red"}`, answer{Words: "{.status} is red"}},
		{"jsonpath={.status}==green", 500, `{"status":"green"}`, answer{Words: "HTTP 500 Internal Server Error"}},
		{"jsonpath={.status}==green", 200, `{}`, answer{Err: "the answer has no {.status}"}},
		{"jsonpath={.status}==green", 200, `[]`, answer{Err: "the answer has no {.status}"}},
		{"jsonpath={.status}==green", 200, `{"status":{}}`, answer{Err: "{.status} of the answer is no single value"}},
		{"jsonpath={.status}==green", 200, `<html>`, answer{Err: "the answer is no JSON"}},
		{"jsonpath={.a[1]['b.c']} <= 3", 200, `{"a":[0,{"b.c":3.0}]}`, answer{Met: true, Words: "{.a[1]['b.c']} is 3.0"}},
		{"jsonpath={.lag}<16", 200, `{"lag":16}`, answer{Words: "{.lag} is 16"}},
		{"jsonpath={.lag}<16", 200, `{"lag":"much"}`, answer{Err: `{.lag} is "much", which is no number`}},
		{"jsonpath={.lag}>=16", 200, `{"lag":1e2}`, answer{Met: true, Words: "{.lag} is 1e2"}},
		{"jsonpath={.lag}>16", 200, `{"lag":null}`, answer{Err: `{.lag} is "null", which is no number`}},
		{"jsonpath={.ok}==true", 200, `{"ok":true}`, answer{Met: true, Words: "{.ok} is true"}},
		{"jsonpath={.n}==1", 200, `{"n":1.0}`, answer{Met: true, Words: "{.n} is 1.0"}},
	}
	for _, test := range tests {
		t.Run(test.expect+" "+test.body, func(t *testing.T) {
			e, err := request.ParseExpectation(test.expect)
			require.NoError(t, err)
			var got answer
			got.Met, got.Words, err = e.Judge(test.code, []byte(test.body))
			if err != nil {
				require.ErrorIs(t, err, request.ErrUnclear)
				got.Err = err.Error()
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestParseExpectationRejects(t *testing.T) {
	const form = " is no status, such as 200 or 200-299, and no jsonpath={.status}==green"
	const more = " is more than names and indexes, as in {.shards[0]['in.sync']}"
	for text, want := range map[string]string{
		"":                           `""` + form,
		"OK":                         `"OK"` + form,
		"299-200":                    `"299-200"` + form,
		"20":                         `"20"` + form,
		"+20":                        `"+20"` + form,
		"200-600":                    `"200-600"` + form,
		"jsonpath=.status==green":    `jsonpath ".status==green" has no braces, as in {.status}==green`,
		"jsonpath={.status}":         `jsonpath "{.status}" has no ==, !=, <, <=, > or >= behind it`,
		"jsonpath={.status}=green":   `jsonpath "{.status}" has no ==, !=, <, <=, > or >= behind it`,
		"jsonpath={.lag}<few":        `jsonpath "{.lag}" is compared with "few", which is no number`,
		"jsonpath={}==1":             `jsonpath "{}"` + more,
		"jsonpath={.a[*]}==1":        `jsonpath "{.a[*]}"` + more,
		"jsonpath={.a[-1]}==1":       `jsonpath "{.a[-1]}"` + more,
		"jsonpath={..a}==1":          `jsonpath "{..a}"` + more,
		"jsonpath={.a[?(@.b)]}==1":   `jsonpath "{.a[?(@.b)]}"` + more,
		"jsonpath={.a}{.b}==1":       `jsonpath "{.a}{.b}"` + more,
		"jsonpath={range .a}{end}==": `jsonpath "{range .a}{end}"` + more,
	} {
		_, err := request.ParseExpectation(text)
		require.EqualError(t, err, want, text)
	}
}

// longest is how long an address may be, in bytes.
const longest = 2000

func FuzzAddress(f *testing.F) {
	for _, text := range []string{":8080/ready", "https://:8443/", "http://a:b@c/", ":80/?token=x", "http://[::1]:80/", "//x", ":80/%2f..//"} { //nolint:lll // one text
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		a, err := request.Parse(text)
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		host := a.Host
		if host == "" {
			require.Positive(t, a.Port)
			host = "web-0"
		}
		url := a.URL(host) // which may be longer: it says :// and quotes what needs it
		again, err := request.Parse(url)
		if len(url) > longest {
			require.EqualError(t, err, fmt.Sprintf("the address has %d bytes, which is more than %d", len(url), longest))
			return
		}
		require.NoError(t, err)
		require.Equal(t, request.Address{TLS: a.TLS, Host: host, Path: a.Path}, again)
	})
}

func FuzzExpectation(f *testing.F) {
	for _, text := range []string{"200-299", "503", "jsonpath={.status}==green", "jsonpath={.a[1]['b.c']} <= 3", "jsonpath={}", "jsonpath={.a}<"} { //nolint:lll // one text
		f.Add(text, `{"status":"green","a":[0,{"b.c":3}]}`)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text, body string) {
		defer within.Input(t)()
		e, err := request.ParseExpectation(text)
		if err == nil {
			_, _, err = e.Judge(200, []byte(body))
		}
		if err != nil {
			fuzztest.OneLine(t, err)
		}
	})
}
