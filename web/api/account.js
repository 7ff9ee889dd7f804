// The account of the person and its logins.
import * as addresses from "./addresses.js";
import { accessToken, endSession, request, requestJson, sendForTokens } from "./client.js";

/** @param {{email: string, password: string}} credentials */
export const logIn = (credentials) => sendForTokens(addresses.login, credentials);

/** @param {{email: string, password: string, first_name?: string}} registration */
export const register = (registration) => sendForTokens(addresses.register, registration);

/** @param {string} oldPassword @param {string} newPassword */
export async function changePassword(oldPassword, newPassword) {
  const headers = { Authorization: `Bearer ${await accessToken()}` };
  const body = { old_password: oldPassword, new_password: newPassword };
  return sendForTokens(addresses.changePassword, body, headers);
}

/** @returns {Promise<LoginSession[]>} */
export const listSessions = async () => (await requestJson(addresses.sessions)).sessions;

/** @param {string} id */
export const endOtherSession = (id) => request(addresses.session(id), { method: "DELETE" });

export const logOut = () => endSession("POST", addresses.logout);
export const logOutEverywhere = () => endSession("POST", addresses.logoutAll);
export const erase = () => endSession("DELETE", addresses.erase);
