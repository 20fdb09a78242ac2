//go:build linux

package machine

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Domain is the cluster's.
const Domain = "cluster.local"

// DNS answers names of pods and of services as the cluster's DNS does, with one
// difference: a service that is not headless has its pods' addresses, since
// nothing here plays kube-proxy. Each answer is asked of the API server anew.
type DNS struct {
	Address string // where it listens
	Server  string // the API server's URL
	CA      string // files
	Cert    string
	Key     string
}

func (d DNS) serve(conn net.PacketConn) error {
	client, err := d.client()
	if err != nil {
		return err
	}
	buffer := make([]byte, 4096)
	for {
		n, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return err
		}
		query := append([]byte(nil), buffer[:n]...)
		go func() {
			if reply, err := d.reply(client, query); err == nil {
				_, _ = conn.WriteTo(reply, from)
			}
		}()
	}
}

func (d DNS) client() (*http.Client, error) {
	pem, err := os.ReadFile(d.CA)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	cert, err := tls.LoadX509KeyPair(d.Cert, d.Key)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13}
	return &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: config}}, nil
}

// reply answers one query. Where the API server does not say, the client is told
// to try again, and not that there is no such name.
func (d DNS) reply(client *http.Client, query []byte) ([]byte, error) {
	var asked dnsmessage.Message
	if err := asked.Unpack(query); err != nil || len(asked.Questions) != 1 {
		return nil, fmt.Errorf("not a question: %w", err)
	}
	q := asked.Questions[0]
	reply := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: asked.ID, Response: true, Authoritative: true, RecursionDesired: asked.RecursionDesired},
		Questions: asked.Questions,
	}
	found, err := d.lookup(client, strings.TrimSuffix(q.Name.String(), "."))
	switch {
	case err != nil:
		reply.RCode = dnsmessage.RCodeServerFailure
	case len(found) == 0:
		reply.RCode = dnsmessage.RCodeNameError
	}
	for _, address := range found {
		if v4 := net.ParseIP(address).To4(); v4 != nil && q.Type == dnsmessage.TypeA {
			reply.Answers = append(reply.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET, TTL: 1},
				Body:   &dnsmessage.AResource{A: [4]byte(v4)},
			})
		}
	}
	return reply.Pack()
}

// lookup knows SERVICE.NAMESPACE.svc.DOMAIN, and POD before that.
func (d DNS) lookup(client *http.Client, name string) ([]string, error) {
	rest, ok := strings.CutSuffix(name, ".svc."+Domain)
	if !ok {
		return nil, nil
	}
	labels := strings.Split(rest, ".")
	pod := ""
	if len(labels) == 3 {
		pod, labels = labels[0], labels[1:]
	}
	if len(labels) != 2 {
		return nil, nil
	}
	slices, err := d.endpoints(client, labels[1], labels[0])
	if err != nil {
		return nil, err
	}
	return slices.addresses(pod), nil
}

func (d DNS) endpoints(client *http.Client, namespace, service string) (endpointSlices, error) {
	var all endpointSlices
	path := fmt.Sprintf("%s/apis/discovery.k8s.io/v1/namespaces/%s/endpointslices?labelSelector=%s",
		d.Server, namespace, url.QueryEscape("kubernetes.io/service-name="+service))
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, path, http.NoBody)
	if err != nil {
		return all, err
	}
	response, err := client.Do(request)
	if err != nil {
		return all, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return all, fmt.Errorf("the API server answers %s", response.Status)
	}
	err = json.NewDecoder(response.Body).Decode(&all)
	return all, err
}

// endpointSlices are what is read of a list of EndpointSlices.
type endpointSlices struct {
	Items []struct {
		Endpoints []struct {
			Addresses  []string
			Hostname   string
			Conditions struct{ Ready *bool }
		}
	}
}

// addresses are those of one pod, or of all that are ready.
func (s endpointSlices) addresses(pod string) []string {
	var all []string
	for _, item := range s.Items {
		for _, e := range item.Endpoints {
			ready := e.Conditions.Ready == nil || *e.Conditions.Ready
			if ready && (pod == "" || pod == e.Hostname) {
				all = append(all, e.Addresses...)
			}
		}
	}
	return all
}
