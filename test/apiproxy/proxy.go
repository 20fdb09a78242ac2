// Package apiproxy stands between a program and the API server, and lets a test
// decide what becomes of each request.
package apiproxy

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Proxy stands between a program and the API server. A handler decides about each
// request; Forward lets one through as it is.
type Proxy struct {
	handler     http.Handler
	forward     *httputil.ReverseProxy
	certificate tls.Certificate
	address     string // 127.0.0.1 and a port

	mu     sync.Mutex
	server *http.Server // nil while it is down
	conns  map[net.Conn]bool
}

// New makes a proxy with the credentials of the cluster's administrator.
func New(config *rest.Config, handler http.Handler) (*Proxy, error) {
	target, err := url.Parse(config.Host)
	if err != nil {
		return nil, err
	}
	transport, err := rest.TransportFor(config)
	if err != nil {
		return nil, err
	}
	p := &Proxy{handler: handler, conns: map[net.Conn]bool{}}
	p.forward = &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:     transport,
		FlushInterval: -1, // what a watch says is passed on at once
		ErrorLog:      log.New(io.Discard, "", 0),
		// As the API server itself would: no answer rather than one of the proxy's.
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	if p.certificate, err = selfSigned(); err != nil {
		return nil, err
	}
	err = p.Up()
	return p, err
}

// Up listens, on the same port as before.
func (p *Proxy) Up() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.server != nil {
		return nil
	}
	listener, err := listen(p.address)
	if err != nil {
		return err
	}
	p.address = listener.Addr().String()
	p.server = &http.Server{
		Handler:           p.handler,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{p.certificate}, MinVersion: tls.VersionTLS12},
		ErrorLog:          log.New(io.Discard, "", 0),
		ReadHeaderTimeout: time.Minute,
		ConnState:         p.count,
	}
	go p.server.ServeTLS(listener, "", "") //nolint:errcheck // it ends with Down
	return nil
}

// Down cuts every connection and lets nobody connect.
func (p *Proxy) Down() error {
	p.mu.Lock()
	server := p.server
	p.server = nil
	p.mu.Unlock()
	if server == nil {
		return nil
	}
	return server.Close()
}

// Cut cuts the connections that there are: requests that wait, and watches.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.conns {
		_ = conn.Close()
	}
}

// Forward lets a request through.
func (p *Proxy) Forward(w http.ResponseWriter, r *http.Request) { p.forward.ServeHTTP(w, r) }

func (p *Proxy) count(conn net.Conn, state http.ConnState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch state {
	case http.StateNew:
		p.conns[conn] = true
	case http.StateClosed, http.StateHijacked:
		delete(p.conns, conn)
	}
}

// nextPort is below those that the system gives to connections that begin here,
// so that nobody takes it while the proxy is down.
var nextPort atomic.Int32

// listen takes a free port where no address is given.
func listen(address string) (net.Listener, error) {
	var config net.ListenConfig
	if address != "" {
		return config.Listen(context.Background(), "tcp", address)
	}
	const first, ports = 20000, 8000
	var err error
	for range ports {
		port := first + int(nextPort.Add(1)+int32(time.Now().UnixNano()%ports))%ports
		var listener net.Listener
		if listener, err = config.Listen(context.Background(), "tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			return listener, nil
		}
	}
	return nil, err
}

// selfSigned is a certificate for 127.0.0.1.
func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

// WriteKubeconfig makes a kubeconfig that differs from another one in that it
// leads through the proxy.
func (p *Proxy) WriteKubeconfig(from, to string) error {
	config, err := clientcmd.LoadFromFile(from)
	if err != nil {
		return err
	}
	here := config.Clusters[config.Contexts[config.CurrentContext].Cluster]
	here.Server = "https://" + p.address
	here.CertificateAuthority = ""
	here.CertificateAuthorityData = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.certificate.Certificate[0]})
	return clientcmd.WriteToFile(*config, filepath.Clean(to))
}
