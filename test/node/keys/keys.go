// Package keys makes the certificates of a cluster, and the kubeconfigs with them.
package keys

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// An Authority signs the certificates of one cluster. They lie in its directory
// as NAME.crt and NAME.key; its own is called ca.
type Authority struct {
	Dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// lifetime is more than any cluster of a test lives.
const lifetime = 30 * 24 * time.Hour

// New makes an authority, in a directory that it makes too.
func New(dir string) (*Authority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	a := &Authority{Dir: dir}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "node"},
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	key, cert, err := a.issue("ca", template)
	a.key, a.cert = key, cert
	return a, err
}

// File is the path of a certificate (crt) or of a key.
func (a *Authority) File(name, ext string) string { return filepath.Join(a.Dir, name+"."+ext) }

// Server makes a certificate for a server at these addresses and names.
func (a *Authority) Server(name string, addresses, names []string) error {
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: name},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    names,
	}
	for _, address := range addresses {
		template.IPAddresses = append(template.IPAddresses, net.ParseIP(address))
	}
	_, _, err := a.issue(name, template)
	return err
}

// Client makes a certificate for a user, in groups.
func (a *Authority) Client(name, user string, groups ...string) error {
	_, _, err := a.issue(name, &x509.Certificate{
		Subject:     pkix.Name{CommonName: user, Organization: groups},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	return err
}

// issue signs a certificate with a key of its own and writes both. Without an
// authority's key yet, the certificate signs itself.
func (a *Authority) issue(name string, template *x509.Certificate) (*ecdsa.PrivateKey, *x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		return nil, nil, err
	}
	template.SerialNumber = serial
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(lifetime)
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	if err := a.write(name, "crt", "CERTIFICATE", der); err != nil {
		return nil, nil, err
	}
	return key, cert, a.write(name, "key", "PRIVATE KEY", private)
}

func (a *Authority) write(name, ext, kind string, der []byte) error {
	return os.WriteFile(a.File(name, ext), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
