package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
)

// etcd is one member, by its JSON gateway. Every member takes writes, and
// acknowledges what most of them have on disk.
type etcd struct {
	client *http.Client
	url    string
}

func connectEtcd(_ context.Context, address string) (member, error) {
	return &etcd{client: &http.Client{Transport: &http.Transport{}}, url: "http://" + net.JoinHostPort(address, "2379")}, nil
}

func (e *etcd) close() { e.client.CloseIdleConnections() }

// primary is any member that knows a leader.
func (e *etcd) primary(ctx context.Context) (bool, error) {
	var status struct{ Leader string }
	err := e.post(ctx, "/v3/maintenance/status", map[string]string{}, &status)
	return status.Leader != "" && status.Leader != "0", err
}

func (e *etcd) prepare(context.Context) error { return nil }

func (e *etcd) write(ctx context.Context, value int64) error {
	key := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "proof/%d", value))
	var put struct{ Header struct{ Revision string } }
	err := e.post(ctx, "/v3/kv/put", map[string]string{"key": key, "value": key}, &put)
	if err == nil && put.Header.Revision == "" {
		err = fmt.Errorf("put answers no revision")
	}
	return err
}

// values are read as of a leader that most members agree on, which is etcd's default.
func (e *etcd) values(ctx context.Context) (map[int64]bool, error) {
	encode := base64.StdEncoding.EncodeToString
	var found struct{ Kvs []struct{ Key []byte } }
	err := e.post(ctx, "/v3/kv/range", map[string]any{
		"key": encode([]byte("proof/")), "range_end": encode([]byte("proof0")), "keys_only": true,
	}, &found)
	if err != nil {
		return nil, err
	}
	values := make(map[int64]bool, len(found.Kvs))
	for _, kv := range found.Kvs {
		value, err := strconv.ParseInt(string(bytes.TrimPrefix(kv.Key, []byte("proof/"))), 10, 64)
		if err != nil {
			return nil, err
		}
		values[value] = true
	}
	return values, nil
}

func (e *etcd) post(ctx context.Context, path string, request, response any) error {
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	answer, err := e.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", answer.Status, bytes.TrimSpace(content))
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(content, response)
}
