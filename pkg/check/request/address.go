// Package request is where a check asks over HTTP, and what it expects to be answered.
package request

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longest is how many bytes an address may have.
const longest = 2000

// Address is where a check asks.
type Address struct {
	TLS  bool
	Host string // with its port; empty for each pod
	Port int    // of each pod, 0 otherwise
	Path string // with the query
}

// URL is the address, for this host.
func (a Address) URL(host string) string {
	scheme := "http"
	if a.TLS {
		scheme = "https"
	}
	return scheme + "://" + host + a.Path
}

var errStrange = errors.New("the address has characters that don't belong into one")

// plain reports whether a text can be shown as it is.
func plain(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == ' ' })
}

// Parse reads ":PORT/PATH", with or without "http://" or "https://" before it, which is
// an address in each pod, or an address of its own. What may be a secret is refused and
// not repeated, for addresses are shown and recorded. Errors are one line.
func Parse(text string) (Address, error) {
	switch {
	case text == "":
		return Address{}, errors.New("there is no address")
	case len(text) > longest:
		return Address{}, fmt.Errorf("the address has %d bytes, which is more than %d", len(text), longest)
	case !plain(text):
		return Address{}, errStrange
	}
	whole := text
	if strings.HasPrefix(text, ":") {
		whole = "http://" + text
	}
	u, err := url.Parse(whole)
	if err != nil {
		return Address{}, errors.New("the address is none; it is [http[s]://]:PORT/PATH in each pod, or http[s]://HOST/PATH")
	}
	if !plain(u.Host) { // there %84 stands for a byte
		return Address{}, errStrange
	}
	if err := secret(u); err != nil {
		return Address{}, err
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Opaque != "" {
		return Address{}, fmt.Errorf("address %q is neither [http[s]://]:PORT/PATH, in each pod, nor http[s]://HOST/PATH", text)
	}
	if u.Fragment != "" {
		return Address{}, fmt.Errorf("address %q has a fragment, which no server is sent", text)
	}
	a := Address{TLS: u.Scheme == "https", Path: u.RequestURI()}
	if u.Hostname() != "" {
		a.Host = u.Host
	}
	if port := u.Port(); port != "" || a.Host == "" {
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 {
			return Address{}, fmt.Errorf("address %q has no port from 1 to 65535", text)
		}
		if a.Host == "" {
			a.Port = n
		}
	}
	return a, nil
}

// secret refuses an address with a secret in it, as far as that can be told.
func secret(u *url.URL) error {
	if u.User != nil {
		return errors.New("the address has a user or a password in it, which would be shown and recorded")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return errors.New("the query of the address can't be read")
	}
	for name := range query {
		if Secret(name) {
			return fmt.Errorf("the address has %q in its query, which may be a secret and would be shown and recorded", name)
		}
	}
	return nil
}

// Secret reports whether something of this name is a secret, by all that is usual.
func Secret(name string) bool {
	name = strings.NewReplacer("-", "", "_", "", ".", "").Replace(strings.ToLower(name))
	switch name {
	case "key", "sig", "auth", "pass", "pwd", "jwt", "code":
		return true
	}
	for _, part := range []string{
		"password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "signature", "credential", "authorization", "bearer",
	} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}
