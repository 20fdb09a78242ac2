//go:build linux

package machine

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
)

// members are two members, of which one is not ready, and the path that they are at.
const members = `{"items": [{"endpoints": [
	{"addresses": ["10.0.0.1"], "hostname": "db-0", "conditions": {"ready": true}},
	{"addresses": ["10.0.0.2"], "hostname": "db-1", "conditions": {"ready": false}},
	{"addresses": ["10.0.0.3"], "hostname": "db-2", "conditions": {}}]}]}`

func TestNames(t *testing.T) {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/apis/discovery.k8s.io/v1/namespaces/prod/endpointslices" &&
			r.URL.Query().Get("labelSelector") == "kubernetes.io/service-name=db":
			_, _ = w.Write([]byte(members))
		case r.URL.Path == "/apis/discovery.k8s.io/v1/namespaces/away/endpointslices":
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			_, _ = w.Write([]byte(`{"items": []}`))
		}
	}))
	t.Cleanup(api.Close)
	ok, none, failure := dnsmessage.RCodeSuccess, dnsmessage.RCodeNameError, dnsmessage.RCodeServerFailure
	for _, test := range []struct {
		name  string
		kind  dnsmessage.Type
		code  dnsmessage.RCode
		found []string
	}{
		{"db.prod.svc.cluster.local.", dnsmessage.TypeA, ok, []string{"10.0.0.1", "10.0.0.3"}},
		{"db-0.db.prod.svc.cluster.local.", dnsmessage.TypeA, ok, []string{"10.0.0.1"}},
		{"db-0.db.prod.svc.cluster.local.", dnsmessage.TypeAAAA, ok, nil},
		{"db-1.db.prod.svc.cluster.local.", dnsmessage.TypeA, none, nil},
		{"other.prod.svc.cluster.local.", dnsmessage.TypeA, none, nil},
		{"db.away.svc.cluster.local.", dnsmessage.TypeA, failure, nil},
		{"db-0.db.prod.svc.cluster.local.prod.svc.cluster.local.", dnsmessage.TypeA, none, nil},
		{"example.", dnsmessage.TypeA, none, nil},
	} {
		query := dnsmessage.Message{
			Header:    dnsmessage.Header{ID: 7},
			Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(test.name), Type: test.kind, Class: dnsmessage.ClassINET}},
		}
		packed, err := query.Pack()
		require.NoError(t, err)
		answer, err := DNS{Server: api.URL}.reply(api.Client(), packed)
		require.NoError(t, err)
		var m dnsmessage.Message
		require.NoError(t, m.Unpack(answer))
		require.Equal(t, uint16(7), m.ID)
		require.Equal(t, test.code, m.RCode, test.name)
		var found []string
		for _, a := range m.Answers {
			found = append(found, ip(t, a.Body))
		}
		require.Equal(t, test.found, found, test.name)
	}
	_, err := DNS{}.reply(api.Client(), []byte("nonsense"))
	require.Error(t, err)
}

func ip(t *testing.T, body dnsmessage.ResourceBody) string {
	t.Helper()
	a, ok := body.(*dnsmessage.AResource)
	require.True(t, ok)
	return net.IP(a.A[:]).String()
}
