//go:build linux

package machine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
)

// handler takes the machine's orders.
func (s *supervisor) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		pids := map[string]int{}
		for name, cmd := range s.running {
			pids[name] = cmd.Process.Pid
		}
		_ = json.NewEncoder(w).Encode(pids)
	})
	mux.HandleFunc("POST /start/{name}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, s.start(r.PathValue("name")))
	})
	mux.HandleFunc("POST /kill/{name}/{signal}", func(w http.ResponseWriter, r *http.Request) {
		number, err := strconv.Atoi(r.PathValue("signal"))
		if err == nil {
			err = s.kill(r.PathValue("name"), syscall.Signal(number))
		}
		answer(w, err)
	})
	return mux
}

func answer(w http.ResponseWriter, err error) {
	if err == nil {
		return
	}
	http.Error(w, err.Error(), http.StatusConflict)
}

// State returns the processes that run, with their numbers in the machine.
func State(ctx context.Context, dir string) (map[string]int, error) {
	content, err := order(ctx, dir, http.MethodGet, "/")
	if err != nil {
		return nil, err
	}
	var pids map[string]int
	err = json.Unmarshal(content, &pids)
	return pids, err
}

// Start starts a process of the machine.
func Start(ctx context.Context, dir, process string) error {
	_, err := order(ctx, dir, http.MethodPost, "/start/"+process)
	return err
}

// Kill sends a signal to a process of the machine. SIGKILL and SIGTERM are waited for.
func Kill(ctx context.Context, dir, process string, signal syscall.Signal) error {
	_, err := order(ctx, dir, http.MethodPost, fmt.Sprintf("/kill/%s/%d", process, signal))
	return err
}

func order(ctx context.Context, dir, method, path string) ([]byte, error) {
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", controlSocket(dir))
		},
	}}
	request, err := http.NewRequestWithContext(ctx, method, "http://machine"+path, http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = errors.New(strings.TrimSpace(string(content)))
	}
	return content, err
}
