package request

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Prometheus is where Prometheus is.
type Prometheus struct {
	URL string // asked directly; empty for a service
	// Namespace, Service and Port are of a service that the API server is the way to,
	// and TLS says that it wants HTTPS.
	Namespace, Service, Port string
	TLS                      bool
	Path                     string // of the service, "" or "/prefix"
}

// Name is what the API server's proxy calls the service: its name with its port, as in
// "prometheus:9090", and "https:" before it for TLS.
func (p Prometheus) Name() string {
	if p.TLS {
		return "https:" + p.Service + ":" + p.Port
	}
	return p.Service + ":" + p.Port
}

// ParsePrometheus reads an address, or svc/NAMESPACE/NAME:PORT, or
// svc/NAMESPACE/https:NAME:PORT, with a path behind it if it is not at the top. What
// may be a secret is refused. Errors are one line.
func ParsePrometheus(text string) (Prometheus, error) {
	rest, service := strings.CutPrefix(text, "svc/")
	if !service {
		return direct(text)
	}
	wrong := fmt.Errorf("%q is no svc/NAMESPACE/NAME:PORT", text)
	var p Prometheus
	var ok bool
	if p.Namespace, rest, ok = strings.Cut(rest, "/"); !ok {
		return Prometheus{}, wrong
	}
	rest, path, deeper := strings.Cut(rest, "/")
	if path = strings.TrimRight(path, "/"); deeper && path != "" {
		p.Path = "/" + path
	}
	rest, p.TLS = strings.CutPrefix(rest, "https:")
	p.Service, p.Port, ok = strings.Cut(rest, ":")
	if !ok || !isDNS(p.Namespace) || !isDNS(p.Service) || !isPort(p.Port) || strings.ContainsFunc(path, notPath) {
		return Prometheus{}, wrong
	}
	return p, nil
}

func direct(text string) (Prometheus, error) {
	a, err := Parse(text)
	if err != nil {
		return Prometheus{}, err
	}
	if a.Host == "" || strings.Contains(a.Path, "?") {
		return Prometheus{}, errors.New("the address of Prometheus is http[s]://HOST[:PORT][/PATH], or svc/NAMESPACE/NAME:PORT")
	}
	return Prometheus{URL: strings.TrimRight(a.URL(a.Host), "/")}, nil
}

func isDNS(text string) bool {
	return text != "" && len(text) <= 253 && text[0] != '.' && text[0] != '-' && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.'
	})
}

func isPort(text string) bool {
	if n, err := strconv.Atoi(text); err == nil {
		return n >= 1 && n <= 65535
	}
	return isDNS(text) && len(text) <= 15 && !strings.Contains(text, ".")
}

// notPath reports whether a character can't stand in a path as it is.
func notPath(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_~/", r)
}
