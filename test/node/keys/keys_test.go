package keys

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestServerAndClientTrustEachOther(t *testing.T) {
	a, err := New(filepath.Join(t.TempDir(), "keys"))
	require.NoError(t, err)
	require.NoError(t, a.Server("server", []string{"127.0.0.1"}, nil))
	require.NoError(t, a.Client("client", "admin", "system:masters"))
	roots := x509.NewCertPool()
	pem, err := os.ReadFile(a.File("ca", "crt"))
	require.NoError(t, err)
	require.True(t, roots.AppendCertsFromPEM(pem))
	load := func(name string) []tls.Certificate {
		pair, err := tls.LoadX509KeyPair(a.File(name, "crt"), a.File(name, "key"))
		require.NoError(t, err)
		return []tls.Certificate{pair}
	}
	near, far := net.Pipe()
	server := tls.Server(near, &tls.Config{
		Certificates: load("server"), ClientCAs: roots, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS13,
	})
	client := tls.Client(far, &tls.Config{
		Certificates: load("client"), RootCAs: roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS13,
	})
	done := make(chan error)
	go func() { done <- client.HandshakeContext(t.Context()) }()
	require.NoError(t, server.HandshakeContext(t.Context()))
	require.NoError(t, <-done)
	subject := server.ConnectionState().PeerCertificates[0].Subject
	require.Equal(t, "admin", subject.CommonName)
	require.Equal(t, []string{"system:masters"}, subject.Organization)
}
